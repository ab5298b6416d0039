import { badFile } from "@autocircuit/base";
import { throwIfAborted } from "@autocircuit/core";
import { Tensor, type TransformerConfig } from "@autocircuit/native";
import { ConfigReader } from "../config-reader.ts";
import type { LoadContext } from "../load-context.ts";
import type { Checkpoint } from "../safetensors/checkpoint.ts";
import { checkFloats, noteUnread, refuseUnread } from "../weights/check-names.ts";
import { weightLayout } from "../weights/layout.ts";
import { WeightSet } from "../weights/weight-set.ts";
import { fromTransformerLens, type TransformerLensConfig } from "./config.ts";
import { checkTransformerLensWeights, foldGatedBias, foldInverseBlockScale, weightName } from "./weights.ts";

/** A configuration and its weights, on their way to the engine. */
export interface ModelParts {
  readonly config: TransformerConfig;
  readonly weights: WeightSet;
}

/** A weight in JavaScript: row-major values and their shape. */
export interface HostWeight {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array;
}

/**
 * Reads the weights of a folder in TransformerLens's layout.
 *
 * @throws AutocircuitError `bad-file`, `aborted`
 */
export async function loadTransformerLens(
  checkpoint: Checkpoint,
  raw: TransformerLensConfig,
  where: string,
  context: LoadContext,
): Promise<ModelParts> {
  const stored = storedNames(checkpoint.names(), checkpoint.folder);
  const types = new Map([
    ...[...stored].map(([name, file]): [string, string] => [name, checkpoint.info(file).dtype]),
    ...[...checkpoint.unread()].map(([file, type]): [string, string] => [weightName(file) ?? file, type]),
  ]);
  const shapes = new Map([...stored].map(([name, file]) => [name, checkpoint.info(file).shape]));
  const read = async (name: string) => checkpoint.load(stored.get(name)!);
  const layout = weightLayout(fromTransformerLens(raw, where)).map(({ name }) => name);
  checkFloats(layout, types, checkpoint.folder);
  return assemble(raw, where, shapes, read, checkpoint.folder, context, (rest) => noteUnread(rest, checkpoint.folder));
}

/** The same for weights that are in memory. */
export async function partsFromHost(
  raw: TransformerLensConfig,
  host: Readonly<Record<string, HostWeight>>,
  context: LoadContext,
): Promise<ModelParts> {
  const stored = storedNames(Object.keys(host), "weights");
  const shapes = new Map([...stored].map(([name, key]) => [name, host[key]!.shape]));
  const read = async (name: string) => {
    const { data, shape } = host[stored.get(name)!]!;
    return Tensor.from(data, { shape, dtype: data instanceof Float64Array ? "float64" : "float32" });
  };
  return assemble(raw, "config", shapes, read, "weights", context, (rest) => refuseUnread(rest, "weights"));
}

async function assemble(
  raw: TransformerLensConfig,
  where: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  read: (name: string) => Promise<Tensor>,
  weightsWhere: string,
  context: LoadContext,
  onRest: (rest: readonly string[]) => void,
): Promise<ModelParts> {
  const config = fromTransformerLens(raw, where);
  const reader = new ConfigReader(raw, where);
  const rest = new Set(checkTransformerLensWeights(config, reader, shapes, weightsWhere));
  const names = [...shapes.keys()].filter((name) => !rest.has(name));
  onRest([...rest]);
  const weights = new WeightSet();
  try {
    for (const name of names) {
      throwIfAborted(context.signal);
      context.onProgress?.({ stage: "reading", done: weights.names().length, total: names.length, name });
      weights.set(name, await read(name));
      weights.update(name, (tensor) => tensor.to(context.dtype));
    }
    if (config.gated && !config.attnOnly) foldGatedBias(weights, config.layers);
    if (reader.boolean("scale_attn_by_inverse_layer_idx", false)) foldInverseBlockScale(weights, config.layers);
    return { config, weights };
  } catch (error) {
    weights[Symbol.dispose]();
    throw error;
  }
}

/** The engine's name of every weight, with the name it is stored under. */
function storedNames(names: readonly string[], where: string): Map<string, string> {
  const stored = new Map<string, string>();
  for (const file of names) {
    const name = weightName(file);
    if (name === undefined) continue;
    if (stored.has(name)) throw badFile(where, `holds both ${stored.get(name)} and ${file}, which are one weight.`);
    stored.set(name, file);
  }
  return stored;
}
