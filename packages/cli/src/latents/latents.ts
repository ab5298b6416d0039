import { formatNumber } from "@autocircuit/base";
import { loadEngineAutoencoders, processingNotes } from "@autocircuit/circuits";
import {
  type LatentLabels,
  labelledLatents,
  latentNotes,
  latentOwner,
  latentPlaces,
  runVersions,
  type SrcNode,
} from "@autocircuit/core";
import { findTokenizer, loadModel, readConfig, resolveModelFolder } from "@autocircuit/models";
import { disposeAutoencoders, Tensor } from "@autocircuit/native";
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

/** The strongest latents at a token, in a block. */
interface TokenLatents {
  position: number;
  token: number;
  text: string | null;
  block: number;
  /** How many are active. */
  active: number;
  /** Whose they are, `MLP 2`, `Attention 2` or `Resid Post 2`, where there are several kinds. */
  of?: string;
  top: { latent: number | null; name: string; activation: number; label?: string }[];
}

/** Runs a model with autoencoders on a text and prints which latents are active where. */
export async function latents(options: LatentsCommandOptions, { signal, print }: Context): Promise<void> {
  requireWritable(options.json);
  const { autoencoders, partialAutoencoders: partial, autoencoderErrors: errors, json } = options;
  requirePrompt(options, "read");
  const scale = scaleOf(options);
  requireLatentOptions({ autoencoders, dtype: options.dtype });
  const asked = options.labels === undefined ? undefined : readLatentLabels(options.labels);
  const folder = await resolveModelFolder(options.model, { signal });
  const tokenizer = await findTokenizer(folder);
  const modelConfig = await readConfig(folder);
  const ids = promptIds(options, tokenizer, modelConfig);
  const used = await useDevice(options);
  const blocks = chosenBlocks(options.blocks, modelConfig.layers);
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
  const loaded = await loadEngineAutoencoders(autoencoders, { config, errors, partial, scale, dtype, signal });
  using model = plain.withAutoencoders(loaded);
  disposeAutoencoders(loaded);
  const chosen = processing === undefined && planned ? processingNotes(planned.processing) : [];
  for (const note of [...chosen, ...latentNotes(model)]) print(note);
  const labels = asked === undefined ? {} : labelledLatents(model, asked).labels;

  using tokens = Tensor.from([ids], { dtype: "int64" });
  const activations = await model.latents(tokens, { signal });
  const found: TokenLatents[] = [];
  const several = model.transformer.latents!.inputs.length > 1;
  for (const [number, place] of latentPlaces(model.graph).entries()) {
    const { block } = place;
    if (!blocks.includes(block)) continue;
    const of = latentOwner(place);
    // Some of another file's latents are called what they are there.
    const latentSources = model.graph.srcs.filter(({ name }) => name.startsWith(`${of} Latent `));
    const width = activations[number]!.shape[2]!;
    const values = await activations[number]!.data();
    for (const [position, token] of ids.entries()) {
      const row = Array.from(values.subarray(position * width, (position + 1) * width), Number);
      const text = tokenizer?.decode([token]) ?? null;
      found.push({
        position,
        token,
        text,
        block,
        ...(several && { of }),
        ...strongest(row, options.top, latentSources, labels),
      });
    }
  }
  for (const tensor of activations) tensor.dispose();
  found.sort((a, b) => a.position - b.position || a.block - b.block);
  print(
    table(
      ["token", several ? "place" : "block", "active", "strongest latents"],
      found.map(({ position, token, text, block, of, active, top }) => [
        `${position} ${text === null ? token : JSON.stringify(text)}`,
        of ?? block,
        active,
        top
          .map(({ latent, activation, label }) => `${latent}: ${formatNumber(activation)}${label ? ` (${label})` : ""}`)
          .join(", "),
      ]),
    ),
  );
  if (!json) return;
  await writeJson(json, {
    ...{ model: options.model, autoencoders, scale: scale ?? null, errors, latents: found },
    ...used.report,
    versions: runVersions(),
  });
  print(`wrote ${json}`);
}

function strongest(row: readonly number[], top: number, latents: readonly SrcNode[], labels: LatentLabels) {
  const active = row.map((activation, place) => ({ activation, place })).filter(({ activation }) => activation > 0);
  active.sort((a, b) => b.activation - a.activation);
  return {
    active: active.length,
    top: active.slice(0, top).map(({ activation, place }) => {
      const { name, head: latent } = latents[place]!;
      const label = Object.hasOwn(labels, name) ? labels[name] : undefined;
      return { latent, name, activation, ...(label !== undefined && { label }) };
    }),
  };
}

function chosenBlocks(asked: readonly number[] | undefined, layers: number): readonly number[] {
  const wrong = asked?.find((block) => block >= layers);
  if (wrong !== undefined) throw new UsageError(`--blocks ${wrong}: the model's blocks are 0 to ${layers - 1}.`);
  return asked ?? Array.from({ length: layers }, (_, block) => block);
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
