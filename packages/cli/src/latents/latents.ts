import { formatNumber } from "@autocircuit/base";
import { loadEngineAutoencoders, processingNotes } from "@autocircuit/circuits";
import { latentNotes, runVersions } from "@autocircuit/core";
import { findTokenizer, latentTable, loadModel, readConfig, resolveModelFolder } from "@autocircuit/models";
import { disposeAutoencoders } from "@autocircuit/native";
import type { Context } from "../context.ts";
import { type PlannedLatents, plannedLatents } from "../discover/planned-latents.ts";
import { processingOptions } from "../discover/processing-options.ts";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { readLatentLabels } from "../support/latent-labels.ts";
import { scaleOf } from "../support/latent-options.ts";
import { type PromptOptions, promptIds, requirePrompt } from "../support/prompt-ids.ts";
import { requireLatentOptions } from "../support/require-latent-options.ts";
import { table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";

/** Options of `autocircuit latents`, as commander gives them. */
export interface LatentsCommandOptions extends DeviceCommandOptions, PromptOptions {
  autoencoders: string[];
  autoencoderScale?: number[];
  partialAutoencoders?: boolean;
  top: number;
  blocks?: number[];
  labels?: string;
  autoencoderErrors: boolean;
  processing?: string[];
  json?: string;
}

/** Runs a model with autoencoders on a text and prints which latents are active where. */
export async function latents(options: LatentsCommandOptions, { signal, print }: Context): Promise<void> {
  requireWritable(options.json);
  const { autoencoders, partialAutoencoders, autoencoderErrors, json } = options;
  requirePrompt(options, "read");
  const autoencoderScale = scaleOf(options);
  requireLatentOptions({ autoencoders, dtype: options.dtype });
  const asked = options.labels === undefined ? undefined : readLatentLabels(options.labels);
  const folder = await resolveModelFolder(options.model, { signal });
  const tokenizer = await findTokenizer(folder);
  const modelConfig = await readConfig(folder);
  const ids = promptIds(options, tokenizer, modelConfig);
  const used = await useDevice(options);
  requireBlocks(options.blocks, modelConfig.layers);
  const processing = processingOptions(options.processing);
  const planned = await plannedLatents(options, {
    config: modelConfig,
    folder,
    used,
    processing,
    labels: asked,
    signal,
  });
  requireOfBlocks(options.blocks, planned!);
  using plain = await loadModel(folder, {
    ...{ ...used.how, tokenizer, signal },
    ...(processing ?? planned?.processing),
  });
  const { config, computeDtype: dtype } = plain;
  const loaded = await loadEngineAutoencoders(autoencoders, {
    ...{ config, dtype, signal, autoencoderErrors, partialAutoencoders, autoencoderScale },
  });
  using model = plain.withAutoencoders(loaded);
  disposeAutoencoders(loaded);
  const chosen = processing === undefined && planned ? processingNotes(planned.processing) : [];
  for (const note of [...chosen, ...latentNotes(model)]) print(note);
  const rows = await latentTable(model, ids, { top: options.top, blocks: options.blocks, labels: asked, signal });
  const several = model.transformer.latents!.inputs.length > 1;
  print(
    table(
      ["token", several ? "place" : "block", "active", "strongest latents"],
      rows.map(({ position, token, text, block, of, active, top }) => [
        `${position} ${text === null ? token : JSON.stringify(text)}`,
        several ? of : block,
        active,
        top
          .map(({ latent, activation, label }) => `${latent}: ${formatNumber(activation)}${label ? ` (${label})` : ""}`)
          .join(", "),
      ]),
    ),
  );
  if (!json) return;
  await writeJson(json, {
    ...{
      model: options.model,
      autoencoders,
      autoencoderScale: autoencoderScale ?? null,
      autoencoderErrors,
      latents: rows,
    },
    ...used.report,
    versions: runVersions(),
  });
  print(`wrote ${json}`);
}

/** @throws UsageError for a block that the model does not have */
function requireBlocks(asked: readonly number[] | undefined, layers: number): void {
  const wrong = asked?.find((block) => block >= layers);
  if (wrong !== undefined) throw new UsageError(`--blocks ${wrong}: the model's blocks are 0 to ${layers - 1}.`);
}

/** @throws UsageError for a block that was asked for and has no autoencoder */
function requireOfBlocks(asked: readonly number[] | undefined, { autoencoders }: PlannedLatents): void {
  const there = [...new Set(autoencoders.map(({ block }) => block))];
  const lacking = asked?.find((block) => !there.includes(block));
  if (lacking === undefined) return;
  throw new UsageError(
    `--blocks ${lacking}: there is no autoencoder of block ${lacking}, only of ${there.join(", ")}.`,
  );
}
