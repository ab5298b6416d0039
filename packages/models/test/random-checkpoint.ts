import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MersenneTwister } from "@autocircuit/base";
import { ConfigReader } from "../src/config-reader.ts";
import { findFamily } from "../src/hugging-face/families.ts";
import type { HostTensor } from "../src/safetensors/encode.ts";
import { writeSafetensors } from "../src/safetensors/write.ts";

/** Normally distributed numbers; the same seed gives the same ones. */
export function normalNumbers(seed: number): () => number {
  const random = new MersenneTwister(seed);
  return () => {
    const [radius, turn] = [(random.next() + 1) / 2 ** 32, random.next() / 2 ** 32];
    return Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * turn);
  };
}

/**
 * A checkpoint in the layout of `transformers` with random float64 weights (norms around 1, biases that are not zero), in
 * a temporary folder that goes when it is disposed. Its weights are those that the family of this `config.json` asks for.
 */
export async function randomCheckpoint(
  values: Readonly<Record<string, unknown>>,
  seed: number,
): Promise<{ folder: string } & AsyncDisposable> {
  const raw = new ConfigReader(values, "config.json");
  const family = findFamily(raw);
  const normal = normalNumbers(seed);
  const tensors: Record<string, HostTensor> = {};
  for (const { name, shape } of family.rules(family.config(raw), raw)) {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const center = shape.length === 1 && name.endsWith(".weight") ? 1 : 0;
    const spread = shape.length === 1 ? 0.3 : 1.5 / Math.sqrt(Math.min(...shape));
    const data = Float64Array.from({ length: size }, () => center + spread * normal());
    tensors[name] = { dtype: "F64", shape, data };
  }
  const folder = await mkdtemp(join(tmpdir(), "autocircuit-"));
  await writeFile(join(folder, "config.json"), JSON.stringify(values));
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
