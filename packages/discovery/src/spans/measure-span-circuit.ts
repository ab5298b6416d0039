import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type AblationType, coreKinds, type LoadedTask, type PromptLoader } from "@autocircuit/core";
import { klOfLogprobs, logprob } from "@autocircuit/metrics";
import { scope } from "@autocircuit/native";
import { outputsNumbers } from "../find-circuit/fitting-options.ts";
import { PromptSpans } from "./prompt-spans.ts";
import { runSpanCircuit } from "./run-span-circuit.ts";
import { SpanCircuit } from "./span-circuit.ts";

/** How far the outputs of a circuit over spans are from the full model's. */
export interface SpanDivergence {
  /** What was measured, in words. */
  readonly metric: string;
  /** The mean over the prompts; 0 is as the full model. */
  readonly circuit: number;
  readonly promptCount: number;
}

/** Options of {@link measureSpanCircuit}. */
export interface MeasureSpanCircuitOptions {
  /** Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  readonly signal?: AbortSignal | undefined;
}

const check = signature(
  "measureSpanCircuit",
  {
    task: coreKinds.loadedTask,
    spans: kind.instance(PromptSpans, "PromptSpans"),
    circuit: kind.instance(SpanCircuit, "a SpanCircuit"),
  },
  { ablation: coreKinds.ablationName, signal: kind.signal } satisfies KindsOf<MeasureSpanCircuitOptions>,
);

/** The prompts that a circuit over spans is measured on: those to measure on or, where there are none, those to discover with. */
export function measuredOn({ train, test }: LoadedTask): PromptLoader {
  return test.promptCount > 0 ? test : train;
}

/**
 * Measures a circuit over spans: the KL divergence of its outputs from the full model's, of models that give numbers the mean squared error. Cost: two
 * runs as `runSpanCircuit` makes them.
 *
 * @param spans of the task's test prompts or, where there are none, of its training prompts
 * @throws AutocircuitError as `runSpanCircuit` does
 *
 * @example
 * const spans = spansOf({ begin: [0, 3], end: [3, null] }, task.test.prompts);
 * const { circuit: kl } = await measureSpanCircuit(task, spans, new SpanCircuit(task.model.graph, spans.names, []));
 */
export async function measureSpanCircuit(
  task: LoadedTask,
  spans: PromptSpans,
  circuit: SpanCircuit,
  options: MeasureSpanCircuitOptions = {},
): Promise<SpanDivergence> {
  check({ task, spans, circuit }, options);
  const { model } = task;
  const { prompts } = measuredOn(task);
  const { edgeCount } = model.graph;
  const everything = spans.names.flatMap((span) =>
    Array.from({ length: edgeCount }, (_, edge) => [edge, span] as const),
  );
  const full = new SpanCircuit(model.graph, spans.names, everything);
  const numbers = outputsNumbers(task);
  const sum = await scope(async () => {
    const [theirs, ours] = [
      await runSpanCircuit(model, prompts, spans, full, options),
      await runSpanCircuit(model, prompts, spans, circuit, options),
    ];
    let sum = 0;
    for (const [row, logits] of ours.entries()) {
      const other = theirs[row]!;
      const distance = numbers
        ? logits.sub(other).pow(2).mean()
        : klOfLogprobs(logprob(other.unsqueeze(0)), logprob(logits.unsqueeze(0))).mean();
      sum += Number(await distance.item());
    }
    return sum;
  });
  return {
    metric: numbers ? "mean squared error from the full model" : "KL(full model || circuit), nats",
    circuit: sum / prompts.length,
    promptCount: prompts.length,
  };
}
