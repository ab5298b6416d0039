import type { TransformerConfig } from "@autocircuit/native";
import type { ConfigReader } from "./config-reader.ts";

type Activation = TransformerConfig["activation"];

/** The names checkpoints use for the engine's activations. "Fast" and "tanh" GELU are one formula under several names. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  relu: "relu",
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "gelu_new",
  gelu_fast: "gelu_new",
  gelu_pytorch_tanh: "gelu_new",
  silu: "silu",
  swish: "silu",
  quick_gelu: "quick_gelu",
};

/**
 * The engine's activation for a config entry.
 *
 * @throws AutocircuitError `bad-file` for an activation the engine does not have
 */
export function activation(config: ConfigReader, key: string, fallback?: string): Activation {
  const name = config.string(key, fallback);
  if (!Object.hasOwn(ACTIVATIONS, name)) {
    throw config.fail(key, `is not an activation of this engine (${Object.keys(ACTIVATIONS).join(", ")})`);
  }
  return ACTIVATIONS[name]!;
}
