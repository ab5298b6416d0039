import { join } from "node:path";
import { makeFolder, writeWhole } from "@autocircuit/base";
import type { CompiledModel } from "../compile/compile.ts";
import { transformerLensConfig } from "./config-json.ts";
import { safetensorsBytes } from "./safetensors.ts";
import { vocabularyJson } from "./vocabulary-json.ts";

/**
 * Writes a model folder: `config.json` (TransformerLens terms), `model.safetensors` (TransformerLens names) and `tracr.json`
 * (tokens, output values and residual labels). Every file is written beside its place and then renamed.
 */
export async function saveModel(
  compiled: CompiledModel,
  directory: string,
  options: { dtype?: "F32" | "F64" } = {},
): Promise<void> {
  makeFolder(directory);
  await writeWhole(join(directory, "config.json"), `${JSON.stringify(transformerLensConfig(compiled), null, 1)}\n`);
  await writeWhole(join(directory, "tracr.json"), `${JSON.stringify(vocabularyJson(compiled), null, 1)}\n`);
  await writeWhole(join(directory, "model.safetensors"), safetensorsBytes(compiled.weights, options.dtype));
}
