import { memoryBudgets, type Progress, PromptLoader, throwIfAborted } from "@autocircuit/core";
import {
  type AlgorithmName,
  ablationFor,
  algorithms,
  fittingOptions,
  type NamedAlgorithm,
  optionNamed,
  requireAlgorithm,
} from "@autocircuit/discovery";
import type { DiscoverLine, DiscoverRequest } from "../api/index.ts";
import type { StudioSubject } from "./model/studio-subject.ts";
import { progressOf } from "./queue/progress-channel.ts";
import { QueuedModel } from "./queue/queued-model.ts";
import { fileName } from "./sets/file-name.ts";
import { saveScores } from "./sets/save-scores.ts";
import type { StudioState } from "./studio-state.ts";

/**
 * Runs an algorithm on the prompts for discovery, and keeps the scores as a set of the asked name.
 *
 * @throws AutocircuitError `unknown-name` or `bad-input` for an algorithm or option there is not; what the algorithm throws; `aborted`
 */
export function discover(
  state: StudioState,
  request: DiscoverRequest,
  signal: AbortSignal,
): AsyncGenerator<DiscoverLine, void, void> {
  const algorithm = requireAlgorithm(request.algorithm);
  const given = { ...request.options };
  // What an option may be the algorithm says, once it runs.
  for (const option of Object.keys(given)) optionNamed(algorithm, option);
  const name = fileName(request.name);
  const { subject, sets, facts, queue } = state;
  const { model } = subject;
  const started = performance.now();
  return progressOf<Progress, DiscoverLine>(
    (onProgress) =>
      // One after the other: each may fill the memory that is there.
      state.discoveries.run(0, signal, async () => {
        // In short passes, between which those of a click are run.
        const inSteps = new QueuedModel(model, queue, Math.min(model.sliceBytes, memoryBudgets.quickSlice), signal);
        using prompts = promptsFor(subject, request.promptCount);
        const options = optionsFor(algorithm, subject, given, request);
        const scores = await (algorithms[algorithm] as NamedAlgorithm).discover(inSteps, prompts, {
          ...options,
          ...{ signal, onProgress },
        });
        throwIfAborted(signal);
        const { knownEdges: _, edges: __, ...shown } = options;
        const origin = `${algorithm} ${JSON.stringify(shown)}, ${prompts.promptCount} prompts`;
        const set = sets.add({ name, origin, of: scores });
        if (facts.savesTo !== null) await saveScores(facts.savesTo, set.name, scores);
        return { type: "done", id: set.id, seconds: (performance.now() - started) / 1000 };
      }),
    ({ done, total }) => ({ type: "progress", done, total, text: algorithm }),
  );
}

function optionsFor(
  algorithm: AlgorithmName,
  { model, knownEdges }: StudioSubject,
  options: Readonly<Record<string, unknown>>,
  { ablation }: DiscoverRequest,
): Record<string, unknown> {
  const edges = knownEdges ? model.graph.indices(knownEdges).map((index) => model.graph.edge(index)) : null;
  return fittingOptions(
    algorithm,
    { model, knownEdges: edges },
    { options, ablation: ablationFor(algorithm, options, ablation) },
  );
}

/** The first prompts for discovery, or all of them. */
function promptsFor({ prompts, train = prompts }: StudioSubject, most: number | null): PromptLoader {
  const count = Math.min(most ?? train.promptCount, train.promptCount);
  const { batchSize, seqStart, tokenLabels, wordPositions, batches } = train;
  const size = Math.min(batchSize, count);
  const seqLen = Math.max(...batches.map((batch) => batch.seqLen));
  const prefixes = batches.flatMap(({ prefix }) => prefix ?? []);
  return new PromptLoader(train.prompts.slice(0, Math.floor(count / size) * size), {
    ...{
      batchSize: size,
      seqLen,
      padId: 0,
      seqStart,
      tokenLabels,
      wordPositions,
      firstDifference: train.firstDifference,
    },
    ...(prefixes.length > 0 && { prefixes }),
  });
}
