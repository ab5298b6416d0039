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
  const size = dtype === "F32" ? 4 : 8;
  if (dtype === "F32") requireFloat32(weights);
  const header: Record<string, { dtype: string; shape: readonly number[]; data_offsets: [number, number] }> = {};
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(weights)) {
    const start = end;
    end += data.length * size;
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(text, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  let at = 8 + headerLength;
  for (const { data } of Object.values(weights)) {
    for (const value of data) {
      if (dtype === "F32") view.setFloat32(at, value, true);
      else view.setFloat64(at, value, true);
      at += size;
    }
  }
  return bytes;
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
