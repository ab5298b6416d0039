import { writeWholeSync } from "@autocircuit/base";
import {
  type AblationType,
  dataSetSides,
  isBatchMean,
  loadPrompts,
  type PatchableModel,
  type PromptLoader,
  readPrompts,
} from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import type { Tensor } from "@autocircuit/native";
import type { Context } from "../context.ts";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { equalPairsWarning } from "../support/equal-pairs.ts";
import { Progress } from "../support/progress.ts";
import { formatNumber, table } from "../support/table.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable } from "../support/write-file.ts";
import { maskOf, withGraphOf } from "./patched-graph.ts";
import { readEdges } from "./read-edges.ts";

/** Options of `autocircuit patch`, as commander gives them. */
export interface PatchCommandOptions extends DeviceCommandOptions {
  model: string;
  prompts: string;
  edges: string;
  ablation: string;
  json?: string;
}

/** Most prompts run at once. */
const LARGEST_BATCH = 32;

/** Runs the clean prompts with the edges ablated; prints how far the output moved and writes all logits. */
export async function patch(options: PatchCommandOptions, { signal, print }: Context): Promise<void> {
  requireWritable(options.json);
  const edges = readEdges(options.edges);
  const used = await useDevice(options);
  using whole = await loadModel(options.model, { ...used.how, signal });
  const type = options.ablation as AblationType;
  using prompts = await loadAll(options.prompts, whole, type);
  const equal = equalPairsWarning([prompts], type);
  if (equal) print(equal);
  const model = withGraphOf(whole, edges, prompts.seqLen);
  const mask = maskOf(model, edges);
  const logits: number[][][] = [];
  let moved = 0;
  using shared = dataSetSides(type) ? await model.ablations(prompts, type, { signal }) : null;
  using progress = new Progress("batches");
  for (const [i, batch] of prompts.batches.entries()) {
    const ablation = shared ?? (await model.ablations(batch.corrupt, type, { signal }));
    try {
      using patched = await model.forward(batch.clean, { ablate: mask, using: ablation, sliced: false, signal });
      using plain = await model.forward(batch.clean, { sliced: false, signal });
      moved = Math.max(moved, await largestDifference(patched, plain));
      logits.push(...((await patched.toArray()) as number[][][]));
    } finally {
      if (ablation !== shared) ablation.dispose();
    }
    progress.update(i + 1, prompts.length);
  }
  const shape = [logits.length, logits[0]!.length, logits[0]![0]!.length];
  const edgeCount = mask.reduce((sum, value) => sum + value, 0);
  print(
    table(
      ["prompts", "edges ablated", "ablation", "logits", "largest change of a logit"],
      [[shape[0]!, edgeCount, type, shape.join(" x "), formatNumber(moved)]],
    ),
  );
  if (!options.json) return;
  // One line: a file of logits is for programs.
  writeWholeSync(options.json, `${JSON.stringify({ logits, shape, ...used.report })}\n`);
  print(`wrote ${options.json}`);
}

/** All prompts of the file in its order, none dropped. Means over "the batch" are means over the whole file. */
async function loadAll(path: string, model: PatchableModel, type: AblationType): Promise<PromptLoader> {
  const source = await readPrompts(path);
  const count = source.prompts.length;
  const batchSize = isBatchMean(type) ? Math.max(1, count) : largestDivisor(count);
  const { train } = await loadPrompts(source, {
    shuffle: false,
    batchSize: { train: batchSize, test: 1 },
    size: { train: count, test: 0 },
    vocabulary: model.config.dVocab,
  });
  return train;
}

function largestDivisor(count: number): number {
  let divisor = Math.min(count, LARGEST_BATCH);
  while (divisor > 1 && count % divisor !== 0) divisor--;
  return Math.max(1, divisor);
}

async function largestDifference(a: Tensor, b: Tensor): Promise<number> {
  using difference = a.sub(b);
  using absolute = difference.abs();
  using largest = absolute.max();
  return largest.item();
}
