import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { readConfig } from "@autocircuit/models";
import { AutocircuitError, type TransformerConfig } from "@autocircuit/native";
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
  if (basename(config!) === "config.json") return readConfig(dirname(config!));
  return readRenamed(config!);
}

/** A model's folder has its configuration as config.json, so a file of another name is put into one. */
async function readRenamed(file: string): Promise<TransformerConfig> {
  const folder = mkdtempSync(join(tmpdir(), "autocircuit-config-"));
  const inFolder = join(folder, "config.json");
  try {
    copyFileSync(file, inFolder);
    return await readConfig(folder);
  } catch (cause) {
    if (!(cause instanceof AutocircuitError)) throw cause;
    throw new AutocircuitError(cause.code, cause.message.replaceAll(inFolder, file), { cause });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
