import {
  type CircuitRuns,
  circuitsOfSizes,
  type LoadedTask,
  type PruneScores,
  type RunCircuitsOptions,
  runCircuits,
  slicedCount,
} from "@autocircuit/core";
import { elementBytes } from "@autocircuit/native";

/** Logits of circuits that are held at once: 128 MiB, unless those of a single circuit are more. */
const LOGITS_BYTES = 128 * 2 ** 20;

/**
 * Runs circuits of many sizes on a task's test prompts, a few at a time: a large vocabulary's logits of all of them would take more
 * memory than the model.
 *
 * @param measure called with the runs of some sizes, by growing size; they are freed when it is done
 * @returns what `measure` gave, an entry a circuit
 */
export async function runSizes<T>(
  { model, test }: LoadedTask,
  { sizes, onProgress, ...options }: RunCircuitsOptions & { scores: PruneScores; sizes: readonly number[] },
  measure: (runs: CircuitRuns) => Promise<readonly T[]>,
): Promise<T[]> {
  const circuits = circuitsOfSizes(options.scores, sizes);
  const positions = slicedCount(model.outputSlice, test.batches[0]?.length ?? 1);
  const bytes = test.promptCount * positions * model.config.dVocabOut * elementBytes(model.computeDtype);
  const atOnce = Math.max(1, Math.floor(LOGITS_BYTES / bytes));
  const measured: T[] = [];
  for (let first = 0; first < circuits.length; first += atOnce) {
    const some = circuits.slice(first, first + atOnce);
    using runs = await runCircuits(model, test, {
      ...options,
      sizes: some.flatMap(({ asked }) => asked),
      onProgress: ({ done, total }) => {
        const steps = total / some.length;
        onProgress?.({ done: first * steps + done, total: circuits.length * steps });
      },
    });
    measured.push(...(await measure(runs)));
  }
  return measured;
}
