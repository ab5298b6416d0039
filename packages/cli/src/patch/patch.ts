import { type AblationType, dataSetSides, isBatchMean, loadPrompts, type PromptLoader } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import type { Tensor } from "@autocircuit/native";
import type { Context } from "../context.ts";
import { ownInputs } from "../discover/own-inputs.ts";
import type { OwnPrompts } from "../discover/own-prompts.ts";
import { plannedLatents } from "../discover/planned-latents.ts";
import { processingOptions } from "../discover/processing-options.ts";
import { splitPrompts } from "../discover/split-prompts.ts";
import { withLatents } from "../discover/with-latents.ts";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { equalPairsWarning } from "../support/equal-pairs.ts";
import { withKeptLatents } from "../support/kept-latents.ts";
import type { LatentCommandOptions } from "../support/latent-options.ts";
import { latentsNote, processingNote, pruningNote } from "../support/latents-note.ts";
import { Progress } from "../support/progress.ts";
import { requireLatentOptions } from "../support/require-latent-options.ts";
import type { PromptCommandOptions } from "../support/subject-options.ts";
import { formatNumber, table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeWhole } from "../support/write-file.ts";
import { maskOf, withGraphOf } from "./patched-graph.ts";
import { readEdges } from "./read-edges.ts";

/** Options of `autocircuit patch`, as commander gives them. */
export interface PatchCommandOptions extends DeviceCommandOptions, PromptCommandOptions, LatentCommandOptions {
  model: string;
  edges: string;
  size?: number;
  ablation: string;
  json?: string;
}

/** Runs the clean prompts with the edges ablated; prints how far the output moved and writes all logits. */
export async function patch(asked: PatchCommandOptions, { signal, print }: Context): Promise<void> {
  requireWritable(asked.json);
  const { edges, ties, latents, seed, requireLatents } = await readEdges(asked.edges, asked.size);
  requireLatentOptions(asked);
  const options = await withKeptLatents(asked, [{ file: asked.edges, latents }]);
  const type = options.ablation as AblationType;
  const { model: named, prompts: files } = options;
  if (files === undefined) throw new UsageError(`--model ${named}: give prompts for it with --prompts FILE.`);
  const processing = processingOptions(options.processing);
  const used = await useDevice(options);
  const byToken = edges.some(({ token }) => token !== null);
  const { folder, config, tokenizer, prompts: own } = await ownInputs(named, files, { ...options, byToken, signal });
  if (own.note) print(own.note);
  if (ties) print(ties);
  const planned = await plannedLatents(options, { config, folder, used, signal });
  using plain = await loadModel(folder, {
    ...{ ...used.how, tokenizer, signal },
    ...(processing ?? planned?.processing),
  });
  // Means over "the batch" are means over all prompts.
  const batchSize = isBatchMean(type) ? own.count : undefined;
  using prompts = await loadPrompts(own.source, { ...own.how, all: true, batchSize });
  const equal = equalPairsWarning([prompts], type);
  if (equal) print(equal);
  // What is pruned is what discover prunes: by the prompts that it would discover with.
  using discovery = options.pruneLatents ? await promptsToDiscoverWith(own, seed) : null;
  const latent = await withLatents(plain, discovery ?? prompts, options, { byToken, signal });
  using whole = latent.model;
  const { pruning, replacedKl } = latent;
  for (const note of [...processingNote(options, planned), ...latentsNote(whole, replacedKl), ...pruningNote(pruning)])
    print(note);
  requireLatents(whole.graph);
  const model = withGraphOf(whole, edges, prompts.seqLen);
  const mask = maskOf(model, edges);
  const logits: number[][][] = [];
  let moved = 0;
  using shared = dataSetSides(type) ? await model.ablations(prompts, type, { signal }) : null;
  using progress = new Progress("batches");
  for (const [i, batch] of prompts.batches.entries()) {
    const ablation = shared ?? (await model.ablations(batch.corrupt, type, { signal }));
    try {
      using patched = await model.forward(batch.clean, { ablate: mask, ablation, sliced: false, signal });
      using plain = await model.forward(batch.clean, { sliced: false, signal });
      const starts = batch.prompts.map(({ clean }) => batch.length - clean.length);
      moved = Math.max(moved, await largestDifference(patched, plain, starts));
      // What is computed for padding means nothing.
      logits.push(...((await patched.toArray()) as number[][][]).map((rows, i) => rows.slice(starts[i])));
    } finally {
      if (ablation !== shared) ablation.dispose();
    }
    progress.update(i + 1, prompts.length);
  }
  const lengths = logits.map(({ length }) => length);
  const shape = [logits.length, Math.max(...lengths), logits[0]![0]!.length];
  const edgeCount = mask.reduce((sum, value) => sum + value, 0);
  print(
    table(
      ["prompts", "edges ablated", "ablation", "logits", "largest change of a logit"],
      [[shape[0]!, edgeCount, type, shape.join(" x "), formatNumber(moved)]],
    ),
  );
  if (!options.json) return;
  // One line: a file of logits is for programs.
  await writeWhole(
    options.json,
    `${JSON.stringify({ logits, shape, lengths, pruning, replacedKl, ...used.report })}\n`,
  );
  print(`wrote ${options.json}`);
}

/** Those that discover takes of these where nothing is said of batches: half of them. */
async function promptsToDiscoverWith({ count, source, how }: OwnPrompts, seed = 0): Promise<PromptLoader> {
  const { batchSize, batches } = splitPrompts(count, {});
  const size = { train: batchSize * batches.train, test: batchSize * batches.test };
  const { train, test } = await loadPrompts(source, { ...how, batchSize, size, seed });
  test[Symbol.dispose]();
  return train;
}

/** @param starts where each row's prompt begins, behind its padding */
async function largestDifference(a: Tensor, b: Tensor, starts: readonly number[]): Promise<number> {
  using difference = a.sub(b);
  using absolute = difference.abs();
  if (starts.every((start) => start === 0)) return largestOf(absolute);
  let largest = 0;
  for (const [row, start] of starts.entries()) {
    using own = absolute.slice(0, row, row + 1);
    using behind = own.slice(1, start);
    largest = Math.max(largest, await largestOf(behind));
  }
  return largest;
}

async function largestOf(tensor: Tensor): Promise<number> {
  using largest = tensor.max();
  return largest.item();
}
