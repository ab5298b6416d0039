import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { TransformerConfig } from "@autocircuit/native";
import { Autoencoder } from "./autoencoder.ts";
import { CrossLayerTranscoder } from "./cross-layer-transcoder.ts";
import { hookPlace, knownHooks, siteWidth } from "./hooks.ts";
import type { InspectedAutoencoders } from "./inspect-autoencoders.ts";
import * as kinds from "./kinds.ts";

const checkLoaded = signature("checkFitsModel", {
  autoencoder: kind.either(
    kind.instance(Autoencoder, "an Autoencoder"),
    kind.instance(CrossLayerTranscoder, "a CrossLayerTranscoder"),
  ),
  config: kinds.modelConfig,
});
const checkFacts = signature("checkInspected", { inspected: kinds.inspected, config: kinds.modelConfig });

/**
 * Whether autoencoders fit a model: what they read and replace is there, in that width.
 *
 * @param config of the model
 * @throws AutocircuitError `bad-input` that names the autoencoder, its hook and what the model has instead
 * @example
 * for (const autoencoder of set.autoencoders) checkFitsModel(autoencoder, model.config);
 */
export function checkFitsModel(autoencoder: Autoencoder | CrossLayerTranscoder, config: TransformerConfig): void {
  checkLoaded({ autoencoder, config });
  const { path, dIn, dOut } = autoencoder;
  if ("hooksIn" in autoencoder) {
    if (autoencoder.layers !== config.layers) {
      throw misfit(path, autoencoder.modelName, blocksText(autoencoder.layers, config.layers));
    }
    for (const hook of autoencoder.hooksIn) checkHook(path, autoencoder.modelName, hook, dIn, config);
    for (const hook of autoencoder.hooksOut) checkHook(path, autoencoder.modelName, hook, dOut, config);
    return;
  }
  checkHook(path, autoencoder.modelName, autoencoder.hookIn, dIn, config);
  checkHook(path, autoencoder.modelName, autoencoder.hookOut, dOut, config);
}

/**
 * The same of autoencoders that were only looked at.
 *
 * @throws AutocircuitError `bad-input` as {@link checkFitsModel}
 * @example
 * checkInspected(await inspectAutoencoders("saes/mlp-out"), await readConfig("models/gpt2")); // before weights of either are read
 */
export function checkInspected(inspected: InspectedAutoencoders, config: TransformerConfig): void {
  checkFacts({ inspected, config });
  const { autoencoders, crossLayer } = inspected;
  const [first] = autoencoders;
  if (first && crossLayer && autoencoders.length !== config.layers)
    throw misfit(first.path, first.modelName, blocksText(autoencoders.length, config.layers));
  for (const { path, modelName, hookIn, hookOut, dIn, dOut } of autoencoders) {
    checkHook(path, modelName, hookIn, dIn, config);
    checkHook(path, modelName, hookOut, dOut, config);
  }
}

function blocksText(found: number, wanted: number): string {
  return `has ${found} blocks, the model has ${wanted}`;
}

function checkHook(
  path: string,
  modelName: string | undefined,
  hook: string,
  width: number,
  config: TransformerConfig,
): void {
  const { block, site } = hookPlace(hook);
  if (site === undefined) {
    throw new AutocircuitError(
      "bad-input",
      `${path}: is of ${JSON.stringify(hook)}, which is no place known here; known in a block are ${knownHooks.join(", ")}.`,
    );
  }
  if (block !== undefined && block >= config.layers) {
    throw misfit(path, modelName, `is of ${hook}, but the model's blocks are 0 to ${config.layers - 1}`);
  }
  if (config.attnOnly && site.startsWith("mlp"))
    throw misfit(path, modelName, `is of ${hook}, but the model has no MLPs`);
  const has = siteWidth(site, config);
  if (has !== width) throw misfit(path, modelName, `is of width ${width}, but ${hook} of the model is of width ${has}`);
}

function misfit(path: string, modelName: string | undefined, problem: string): AutocircuitError {
  const trained = modelName === undefined ? "" : ` It was trained on ${modelName}.`;
  return new AutocircuitError("bad-input", `${path}: ${problem}.${trained} Take autoencoders of this model.`);
}
