import { AutocircuitError, formatMebibytes } from "@autocircuit/base";
import {
  type AutoencoderSize,
  availableMemory,
  latentBytes,
  type PatchableModel,
  type PromptLoader,
  promptsAtOnce,
  trainedAutoencoderBytes,
} from "@autocircuit/core";
import { type Autoencoders, replacedPart, type TransformerConfig } from "@autocircuit/native";

/** The autoencoders to train. */
export interface PlannedTraining {
  readonly input: Autoencoders["input"];
  /** Of each block. */
  readonly latents: number;
}

/** What the autoencoders of an input read and write in each block. */
export function trainedWidth({ dModel, dMlp, heads, dHead }: TransformerConfig, input: Autoencoders["input"]): number {
  return input === "mlp_post" ? dMlp : input === "z" ? heads * dHead : dModel;
}

/**
 * Holds that there is memory to train so many latents, before any is made. On a GPU, whose free memory nobody knows here, nothing is held.
 *
 * @throws AutocircuitError `out-of-memory` that says how many there is room for
 */
export function requireTrainingMemory(
  model: PatchableModel,
  prompts: PromptLoader,
  { input, latents }: PlannedTraining,
): void {
  if (model.device !== "cpu") return;
  const free = availableMemory();
  const needed = trainingBytes(model, prompts, { input, latents });
  if (needed <= free) return;
  const [none, one] = [0, 1].map((latents) => trainingBytes(model, prompts, { input, latents })) as [number, number];
  const most = Math.floor((free - none) / (one - none));
  const { layers } = model.config;
  throw new AutocircuitError(
    "out-of-memory",
    `trainAutoencoders: ${latents.toLocaleString("en-US")} latents in each of ${layers} blocks take at least ${formatMebibytes(needed)} while they are ` +
      `trained (each number with its gradient and Adam's two means, and the latents of a slice of prompts), and ${formatMebibytes(free)} are free. ` +
      (most >= 1
        ? `Take at most ${most.toLocaleString("en-US")} latents.`
        : "Take a smaller model or shorter prompts."),
    { reason: "memory-foretold" },
  );
}

/** What training holds at least, in bytes. */
function trainingBytes(model: PatchableModel, { batches }: PromptLoader, { input, latents }: PlannedTraining): number {
  const { config, computeDtype: dtype } = model;
  const width = trainedWidth(config, input);
  const of = replacedPart(input);
  const sizes = Array.from(
    { length: config.layers },
    (_, block): AutoencoderSize => ({ block, of, count: latents, dIn: width, dOut: width, decoders: 1 }),
  );
  const tokens = Math.max(...batches.map(({ size, seqLen }) => Math.min(size, promptsAtOnce(model, seqLen)) * seqLen));
  return trainedAutoencoderBytes(sizes, dtype) + latentBytes(config.layers * latents, tokens, dtype);
}
