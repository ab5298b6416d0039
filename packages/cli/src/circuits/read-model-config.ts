import { readConfig, readConfigFile } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import { requireThere } from "../support/text-of.ts";
import { UsageError } from "../support/usage-error.ts";

/**
 * The configuration of a model, by what `--model` takes or by its configuration file, whatever that is called. Weights are not read.
 *
 * @throws UsageError unless exactly one of the two is given; AutocircuitError for what cannot be read
 */
export async function readModelConfig({
  model,
  config,
}: {
  model?: string;
  config?: string;
}): Promise<TransformerConfig> {
  if ((model === undefined) === (config === undefined))
    throw new UsageError(
      "Say which model's graph: --model with its folder, .gguf file or name on the hub, or --config FILE, one of them.",
    );
  if (model !== undefined) return readConfig(model);
  requireThere(config!);
  return readConfigFile(config!);
}
