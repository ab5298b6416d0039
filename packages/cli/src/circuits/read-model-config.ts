import { existsSync } from "node:fs";
import { readConfig, readConfigFile } from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import { UsageError } from "../support/usage-error.ts";

/**
 * The configuration of a model, by its folder or by its configuration file, whatever that is called. Weights are not read.
 *
 * @throws UsageError unless exactly one of the two is given and the file is there
 */
export async function readModelConfig({
  model,
  config,
}: {
  model?: string;
  config?: string;
}): Promise<TransformerConfig> {
  if ((model === undefined) === (config === undefined))
    throw new UsageError("Say which model's graph: --model FOLDER or --config FILE, one of them.");
  if (model !== undefined) return readConfig(model);
  if (!existsSync(config!)) throw new UsageError(`${config} cannot be read: no such file. Check the path.`);
  return readConfigFile(config!);
}
