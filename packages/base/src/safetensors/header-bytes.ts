import { DTYPES } from "./dtypes.ts";
import { PREFIX_BYTES, type TensorInfo } from "./header.ts";

/** The header and the eight bytes of its length, for tensors that lie one after the other in this order. */
export function headerBytes(
  tensors: readonly Pick<TensorInfo, "name" | "dtype" | "shape">[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let end = 0;
  for (const { name, dtype, shape } of tensors) {
    const begin = end;
    end += shape.reduce((bytes, n) => bytes * n, DTYPES[dtype].bytes);
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Spaces up to a multiple of eight, so that the data is aligned for memory mapping.
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX_BYTES + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, PREFIX_BYTES);
  return bytes;
}
