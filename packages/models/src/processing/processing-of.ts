import { kind, signature } from "@autocircuit/base";
import { isGguf } from "../gguf/gguf-file.ts";
import { openConfig, readConfig } from "../read-config.ts";
import { type ProcessingOptions, processingOptions, resolveProcessing } from "./process-weights.ts";

const check = signature("processingOf", { folder: kind.text }, processingOptions);

/**
 * How {@link loadModel} processes the weights of a model with the same options. Weights are not read.
 *
 * @param folder a folder, or a GGUF file
 * @throws AutocircuitError `not-found`, `bad-file`
 * @example
 * const { centerUnembed } = await processingOf("models/gpt2");
 * if (centerUnembed) console.log("Logits are less their mean over the vocabulary.");
 */
export async function processingOf(
  folder: string,
  options: ProcessingOptions = {},
): Promise<Required<ProcessingOptions>> {
  check({ folder }, options);
  const config = await readConfig(folder);
  return resolveProcessing(options, config, await processedByDefault(folder));
}

/** Whether weights are processed where nothing is said: those of TransformerLens's folders are as they are to be. */
export async function processedByDefault(folder: string): Promise<boolean> {
  return isGguf(folder) || (await openConfig(folder)).format === "hugging-face";
}
