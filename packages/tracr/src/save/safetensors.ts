import { safetensorsFile } from "@autocircuit/base";
import type { ModelWeights } from "../compile/weights.ts";
import { RaspError } from "../rasp-error.ts";

/**
 * The bytes of a safetensors file: the length of the header (little-endian 64-bit), the header as JSON, padded with spaces to a
 * multiple of 8, and the arrays in the order of their names.
 *
 * @param dtype `F32` rounds to float32, what checkpoints usually hold; `F64` keeps every bit
 * @throws RaspError for a weight that is finite but beyond the range of float32, where that is what is written
 */
export function safetensorsBytes(weights: ModelWeights, dtype: "F32" | "F64" = "F32"): Uint8Array {
  if (dtype === "F32") requireFloat32(weights);
  const valuesOf = (data: Iterable<number>) => (dtype === "F32" ? Float32Array.from(data) : Float64Array.from(data));
  const tensors = Object.entries(weights).map(
    ([name, { shape, data }]) => [name, { shape, values: valuesOf(data) }] as const,
  );
  const whole = Buffer.concat(safetensorsFile({ tensors: new Map(tensors), metadata: {} }));
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.length);
}

function requireFloat32(weights: ModelWeights): void {
  for (const [name, { data }] of Object.entries(weights)) {
    const wide = data.find((value) => !Number.isFinite(Math.fround(value)));
    if (wide === undefined) continue;
    throw new RaspError(
      "unsupported",
      `weight ${name} holds ${wide}, which float32 cannot hold; scale the program's numbers down, or save as F64`,
    );
  }
}
