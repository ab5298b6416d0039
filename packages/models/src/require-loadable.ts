import { formatBytes, type KindsOf, kind, signature } from "@autocircuit/base";
import { type AutoencoderSize, coreKinds, knownFreeMemory } from "@autocircuit/core";
import {
  type ComputeDType,
  computeDTypes,
  type DeviceName,
  deviceName,
  type TransformerConfig,
} from "@autocircuit/native";
import { transformerConfig } from "./config-kind.ts";
import { estimateMemory } from "./estimate-memory.ts";
import { notEnoughMemory } from "./not-enough-memory.ts";

/** With what a model is to be loaded, and where. */
export interface LoadablePlan {
  /** Autoencoders that it is to have, by their sizes. */
  readonly autoencoders?: readonly AutoencoderSize[] | undefined;
  /** What it computes in. Default float32. */
  readonly dtype?: ComputeDType | undefined;
  /** Default the CPU. */
  readonly device?: DeviceName | undefined;
  /**
   * Bytes that are free. Default on the CPU: what the machine has free, or a container leaves of it; on a GPU nothing is known unless it is given
   * (`openDevice` says it), and nothing is refused.
   */
  readonly free?: number | undefined;
}

const check = signature("requireLoadable", { config: transformerConfig }, {
  autoencoders: kind.listOf(kind.having("an autoencoder's sizes", "count", "dIn", "dOut", "decoders")),
  dtype: kind.oneOf(computeDTypes),
  device: deviceName,
  free: coreKinds.bytes,
} satisfies KindsOf<LoadablePlan>);

/**
 * Holds that a model and its autoencoders have room, before a weight of either is read and before it is known what will be run. For that see
 * `requireMemory`.
 *
 * @throws AutocircuitError `out-of-memory` that says what is too large (its reason: `memory-foretold`)
 * @example
 * const config = await readConfig("models/gpt2");
 * const { sizes } = await planAutoencoders("saes/mlp-out", { config });
 * requireLoadable(config, { autoencoders: sizes });
 */
export function requireLoadable(config: TransformerConfig, plan: LoadablePlan = {}): void {
  check({ config }, plan);
  const { autoencoders, dtype, device = "cpu" } = plan;
  const free = plan.free ?? knownFreeMemory(device);
  const { weights, autoencoders: saes = 0 } = estimateMemory(config, 1, 1, { dtype, autoencoders });
  if (weights + saes <= free) return;
  const latents = autoencoders?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const theirs =
    autoencoders && ` and its autoencoders ${formatBytes(saes)} (${latents.toLocaleString("en-US")} latents)`;
  const needs = `the model takes about ${formatBytes(weights)}${theirs ?? ""}`;
  throw notEnoughMemory(needs, { free, device }, autoencoders ? FEWER : SMALLER);
}

/** What makes autoencoders smaller. */
const FEWER =
  "Take narrower autoencoders, those of fewer blocks (`partialAutoencoders: true`), or a machine with more memory.";
const SMALLER = "Take a smaller model, or a machine with more memory.";
