import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { sayOnce } from "@autocircuit/base";
import { modelFamilies } from "@autocircuit/models";
import type { AutoencoderParts } from "./autoencoder-parts.ts";

/** What an autoencoder's file says of the model it was trained on. */
type TrainedOn = Pick<AutoencoderParts, "path" | "modelName">;

/** Says once where autoencoders that are loaded together were trained on several models, by what their files say. */
export function saySeveralModels(path: string, each: readonly TrainedOn[]): void {
  const first = each.find(({ modelName }) => modelName !== undefined);
  const other = each.find(
    ({ modelName }) => modelName !== undefined && called(modelName) !== called(first!.modelName!),
  );
  if (first === undefined || other === undefined) return;
  const named = (one: TrainedOn) => `${one.modelName} (${relative(path, one.path) || one.path})`;
  sayOnce(
    `${path}: by their files these autoencoders were trained on several models, ${named(first)} and ${named(other)}. What they make of the activations ` +
      "of another model means nothing: take those of one.",
  );
}

/**
 * Says once where autoencoders were trained on another family of models than the one that they are to be used on: where both have the same sizes,
 * nothing else tells. Names are read as words (`pythia-160m` on a `gpt2`); what is called otherwise is not judged.
 *
 * @param folder of the model
 * @example
 * sayOtherFamily(await inspectAutoencoders("saes/mlp-out"), "models/gpt2"); // says nothing of those of GPT-2
 */
export function sayOtherFamily(
  { path, autoencoders }: { readonly path: string; readonly autoencoders: readonly TrainedOn[] },
  folder: string,
): void {
  const modelType = modelTypeOf(folder);
  if (modelType === undefined || !modelFamilies.some((family) => family.modelType === modelType)) return;
  const other = autoencoders.find(({ modelName }) => {
    const families = modelFamilies.filter(
      ({ named }) => modelName !== undefined && named.test(modelName.toLowerCase()),
    );
    return families.length > 0 && families.every((family) => family.modelType !== modelType);
  });
  if (other === undefined) return;
  sayOnce(
    `${path}: by their files these autoencoders were trained on ${other.modelName}, but ${folder} is a model of the family ${modelType}. What autoencoders make of the ` +
      "activations of another model means nothing, even where the sizes are the same: take those of this model.",
  );
}

/** `openai-community/GPT2` and `gpt2-small` are one. */
function called(name: string): string {
  return name
    .toLowerCase()
    .split("/")
    .at(-1)!
    .replace(/^gpt2-small$/, "gpt2");
}

function modelTypeOf(folder: string): string | undefined {
  try {
    const { model_type: type } = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as {
      model_type?: unknown;
    };
    return typeof type === "string" ? type : undefined;
  } catch {
    // A single file (GGUF), or another layout, has none; whoever loads the model says what is wrong with it.
    return undefined;
  }
}
