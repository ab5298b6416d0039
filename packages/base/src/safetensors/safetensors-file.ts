import { badFile } from "../files/bad-file.ts";
import { GIT_LFS_MARK, gitLfsPointer } from "../files/git-lfs-pointer.ts";
import { readWhole } from "../files/read-whole.ts";
import { headerLength, PREFIX_BYTES, parseHeader } from "./header.ts";
import { headerBytes } from "./header-bytes.ts";

/** The content of a safetensors file of numbers with a decimal point: tensors by name, and text beside them. */
export interface FloatTensors<Values extends Float32Array | Float64Array = Float32Array> {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Values }>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A safetensors file, in parts that follow each other: the header, then the tensors in the order in which they are given. Values are as they
 * lie in memory: the machines that this runs on are little-endian, as the format is.
 */
export function safetensorsFile({ tensors, metadata }: FloatTensors<Float32Array | Float64Array>): Uint8Array[] {
  const entries = Array.from(tensors, ([name, { shape, values }]) => ({
    ...{ name, shape },
    dtype: values instanceof Float32Array ? ("F32" as const) : ("F64" as const),
  }));
  const data = Array.from(tensors.values(), ({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  return [headerBytes(entries, metadata), ...data];
}

/**
 * Reads a safetensors file of float32 tensors. Nothing in it is taken on trust, see {@link parseHeader}.
 *
 * @throws AutocircuitError `not-found`, or `bad-file` with the reason.
 */
export async function readSafetensors(path: string): Promise<FloatTensors> {
  const file = await readWhole(path);
  const pointer = gitLfsPointer(file.toString("latin1", 0, GIT_LFS_MARK.length));
  if (pointer !== undefined) throw badFile(path, pointer);
  const start = PREFIX_BYTES + headerLength(file, file.length, path);
  const { metadata, tensors } = parseHeader(file.subarray(PREFIX_BYTES, start), file.length, path);
  const read = Array.from(tensors.values(), ({ name, dtype, shape, byteOffset, bytes }) => {
    if (dtype !== "F32") throw badFile(path, `tensor ${JSON.stringify(name)} is ${dtype}; scores are F32.`);
    // A copy of its own: the header's length need not leave the values where a Float32Array may lie.
    const own = Uint8Array.from(file.subarray(byteOffset, byteOffset + bytes));
    return [name, { shape, values: new Float32Array(own.buffer) }] as const;
  });
  return { tensors: new Map(read), metadata };
}
