import { formatNumber } from "@autocircuit/base";
import { autoencoderFields, latentOptions, processingNotes, promptsToPatch, readCircuit } from "@autocircuit/circuits";
import type { Rank } from "@autocircuit/core";
import {
  type AblationType,
  latentNotes,
  type PatchableModel,
  type PromptLoader,
  patchPrompts,
  type TaskModelWithLatents,
  withTaskAutoencoders,
} from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import type { Context } from "../context.ts";
import { ownInputs } from "../discover/own-inputs.ts";
import { plannedLatents } from "../discover/planned-latents.ts";
import { processingOptions } from "../discover/processing-options.ts";
import { prunedLatentsOf } from "../discover/pruned-latents.ts";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { equalPairsWarnings } from "../support/equal-pairs.ts";
import { type KeepingOptions, keptAs, notedAs, withKeptLatents } from "../support/kept-latents.ts";
import { type LatentCommandOptions, scaleOf } from "../support/latent-options.ts";
import { processingDone } from "../support/logits-note.ts";
import { Progress } from "../support/progress.ts";
import { requireLatentOptions } from "../support/require-latent-options.ts";
import { otherModelNote } from "../support/saved-model.ts";
import type { PromptCommandOptions } from "../support/subject-options.ts";
import { table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeWhole } from "../support/write-file.ts";
import { logitsJson } from "./logits-json.ts";

/** Options of `autocircuit patch`, as commander gives them. */
export interface PatchCommandOptions extends DeviceCommandOptions, PromptCommandOptions, LatentCommandOptions {
  model: string;
  edges: string;
  size?: number;
  rank?: Rank;
  ablation: string;
  ungrouped?: boolean;
  json?: string;
}

/** Runs the clean prompts with the edges ablated; prints how far the output moved and writes all logits. */
export async function patch(asked: PatchCommandOptions, { signal, print }: Context): Promise<void> {
  requireWritable(asked.json);
  const saved = await readCircuit(asked.edges, { size: asked.size, rank: asked.rank });
  const { byToken, latents, seed } = saved;
  requireLatentOptions(asked);
  const options = await withKeptLatents(asked, [{ file: asked.edges, latents }]);
  const type = options.ablation as AblationType;
  const { model: named, prompts: files } = options;
  if (files === undefined) throw new UsageError(`--model ${named}: give prompts for it with --prompts FILE.`);
  const processing = processingOptions(options.processing);
  const used = await useDevice(options);
  const { folder, config, tokenizer, prompts: own } = await ownInputs(named, files, { ...options, byToken, signal });
  if (own.note) print(own.note);
  for (const note of saved.notes) print(note);
  const { ungrouped = false } = options;
  if (!ungrouped) saved.requireClear(config);
  const planned = await plannedLatents(options, { config, folder, used, byToken, processing, signal });
  using plain = await loadModel(folder, {
    ...used.how,
    ungrouped,
    tokenizer,
    signal,
    ...(processing ?? planned?.processing),
  });
  const other = otherModelNote(options.edges, saved, named, plain);
  if (other !== undefined) print(other);
  const { steps, logits: aboutLogits } = processingDone(plain);
  const { pruneLatents } = options;
  using toPatch = await promptsToPatch(own.source, { ...own.how, ablation: type, pruneLatents, seed });
  const { prompts, train } = toPatch;
  for (const warning of equalPairsWarnings([prompts], type)) print(warning);
  const { replacedKl, ...latent } = await withLatents(plain, train, options, { folder, byToken, signal });
  using whole = latent.model;
  const chosen = processing === undefined && planned ? processingNotes(planned.processing) : [];
  const prunedLatents = options.autoencoders ? prunedLatentsOf({ ...latent, train }, options) : null;
  const how = {
    prunedLatents: latent.prunedLatents,
    promptCount: train.promptCount,
    replacedKl,
    keepLatents: options.keptBy,
  };
  for (const note of [...chosen, ...latentNotes(whole, how)]) print(notedAs(options.keptBy, note));
  // Where the file says its kind of graph, this is to be no other.
  if (ungrouped && saved.graphKind?.ungrouped === false) saved.circuitIn(whole.graph);
  const model = saved.modelFor(whole, prompts.seqLen);
  const ablated = saved.circuitIn(model.graph);
  using progress = new Progress("prompts");
  const { logits, largestChange } = await patchPrompts(model, prompts, {
    ...{ ablate: ablated, ablation: type, signal },
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  const lengths = logits.map(({ length }) => length);
  const shape = [logits.length, Math.max(...lengths), logits[0]![0]!.length];
  print(
    table(
      ["prompts", "edges ablated", "ablation", "logits", "largest change of a logit"],
      [[shape[0]!, ablated.size, type, shape.join(" x "), formatNumber(largestChange)]],
    ),
  );
  for (const note of aboutLogits) print(note);
  if (!options.json) return;
  // One line: a file of logits is for programs.
  const about = { shape, lengths, processing: steps, prunedLatents, replacedKl, ...used.report };
  await writeWhole(options.json, logitsJson(logits, about));
  print(`wrote ${options.json}`);
}

/** The model with the autoencoders that were asked for, as a task of discover's has them; itself without. */
async function withLatents(
  model: PatchableModel,
  prompts: PromptLoader,
  options: KeepingOptions,
  { folder, byToken, signal }: { folder: string; byToken: boolean; signal: AbortSignal },
): Promise<TaskModelWithLatents> {
  const { keptBy } = options;
  const asked = latentOptions({ ...options, keepLatents: keptBy, autoencoderScale: scaleOf(options) });
  return keptAs(keptBy, async () => {
    const { fields } = await autoencoderFields(undefined, { ...asked, signal }, { config: model.config, folder });
    using progress = new Progress("pruning latents");
    return await withTaskAutoencoders(model, prompts, {
      ...{ key: "patch", byToken, ...fields, signal },
      onProgress: ({ done, total }) => progress.update(done, total),
    });
  });
}
