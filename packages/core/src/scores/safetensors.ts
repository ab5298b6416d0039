import {
  AutocircuitError,
  badFile,
  GIT_LFS_MARK,
  gitLfsPointer,
  headerBytes,
  headerLength,
  PREFIX_BYTES,
  parseHeader,
  readWhole,
  writeWhole,
} from "@autocircuit/base";

/** A float32 tensor in a safetensors file. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The content of a safetensors file of float32 tensors. */
export interface StoredTensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes float32 tensors and string metadata. Written beside and renamed: readers see the old file or the whole new one. */
export async function writeSafetensors(path: string, { tensors, metadata }: StoredTensors): Promise<void> {
  const entries = Array.from(tensors, ([name, { shape }]) => ({ name, dtype: "F32" as const, shape }));
  const data = Array.from(tensors.values(), ({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  try {
    await writeWhole(path, Buffer.concat([headerBytes(entries, metadata), ...data]));
  } catch (cause) {
    throw new AutocircuitError("bad-file", `Could not write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Reads a safetensors file of float32 tensors. Nothing in it is taken on trust, see {@link parseHeader}.
 *
 * @throws AutocircuitError `not-found`, or `bad-file` with the reason.
 */
export async function readSafetensors(path: string): Promise<StoredTensors> {
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
