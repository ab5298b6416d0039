import { signature } from "@autocircuit/base";
import {
  type Graph,
  overPrompts,
  type PatchableModel,
  type PromptBatch,
  type PromptLoader,
  PruneScores,
  realPositions,
} from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { writtenSums } from "./autoencoders/written-sums.ts";
import { type DiscoveryOptions, discoveryOptions, modelAndPrompts } from "./discovery-options.ts";
import { requireFiniteScores } from "./finite-scores.ts";

const check = signature("activationMagnitude", modelAndPrompts, discoveryOptions);

/**
 * Scores an edge by how large its source's output is: the absolute value of the mean over prompts, positions (padded ones
 * do not count) and model dimensions of a batch, averaged over the batches of clean prompts. All edges of a source get the same score.
 * A baseline that knows nothing of the task.
 *
 * @throws AutocircuitError `aborted`
 *
 * @example
 * const scores = await activationMagnitude(task.model, task.train);
 */
export async function activationMagnitude(
  model: PatchableModel,
  prompts: PromptLoader,
  options: DiscoveryOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { signal, onProgress } = options;
  const magnitudes = await scope(async () => {
    const perBatch: Tensor[] = [];
    for await (const { batch, fold } of overPrompts(model, prompts, { signal, onProgress })) {
      const mean = await fold<Tensor, Tensor>(
        async (before, { slice, step }) => {
          const sums = await writtenBySources(model, slice, signal);
          step();
          return before ? before.add(sums) : sums;
        },
        (sums) => meanOf(model, batch, sums),
      );
      perBatch.push(mean.abs());
      mean.dispose();
    }
    return Tensor.stack(perBatch).mean(0).data();
  });

  const scores = new PruneScores(model.graph, undefined, { algorithm: "activation-magnitude", options: {} });
  for (const { offset, size, firstSource, sourceCount } of model.graph.groups) {
    for (let cell = 0; cell < size; cell++) {
      scores.values[offset + cell] = Number(magnitudes[firstSource + (cell % sourceCount)]);
    }
  }
  return scores;
}

/** What each source writes for some prompts, summed over all that the output has: `[S]`. Padded positions do not count. */
async function writtenBySources(
  model: PatchableModel,
  slice: PromptBatch,
  signal: AbortSignal | undefined,
): Promise<Tensor> {
  const outputs = (await model.sourceOutputs(slice.clean, { signal })).to("float32");
  const real = realPositions(slice.clean)?.unsqueeze(0);
  const counted = real ? outputs.mul(real) : outputs;
  if (!model.graph.config.latents) return counted.sum([1, 2, 3]);
  const means = (await model.transformer.decoderMeans()).to("float32").mul(model.config.dModel);
  return writtenSums(model.graph, counted, means);
}

/** Mean over the prompts of a batch, their positions and the model's dimensions, of what is there in sum. */
async function meanOf(model: PatchableModel, batch: PromptBatch, sums: Tensor): Promise<Tensor> {
  const padded = batch.padding("clean")?.reduce((sum, pads) => sum + pads, 0) ?? 0;
  const positions = batch.size * batch.seqLen - padded;
  const mean = sums.div(positions * model.config.dModel);
  const edgeAt = (source: number) => firstEdgeFrom(model.graph, source);
  await requireFiniteScores(mean, { model, batch, what: "mean output", edgeAt });
  return mean;
}

/** An edge that leaves a source. */
function firstEdgeFrom(graph: Graph, source: number): number {
  const { offset, firstSource } = graph.groups.find(
    (group) => source >= group.firstSource && source < group.firstSource + group.sourceCount,
  )!;
  return offset + source - firstSource;
}
