import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { AutocircuitError } from "@autocircuit/native";
import { GIT_LFS_MARK, gitLfsPointer } from "../files/git-lfs-pointer.ts";

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
  const entries: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    entries[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const header = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, " ")]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = [...tensors.values()].map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  const beside = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(beside, [length, header, ...data]);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new AutocircuitError("bad-file", `Could not write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Reads a safetensors file of float32 tensors.
 *
 * @throws AutocircuitError `not-found`, or `bad-file` with the reason.
 */
export async function readSafetensors(path: string): Promise<StoredTensors> {
  let file: Buffer;
  try {
    file = await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const reason = missing ? "there is no such file" : (cause as Error).message;
    throw new AutocircuitError(missing ? "not-found" : "bad-file", `Could not read ${path}: ${reason}.`, { cause });
  }
  const bad = (reason: string, cause?: unknown): never => {
    throw new AutocircuitError("bad-file", `${path} is not a usable scores file: ${reason}.`, { cause });
  };
  const pointer = gitLfsPointer(file.toString("latin1", 0, GIT_LFS_MARK.length));
  if (pointer !== undefined) bad(pointer);
  if (file.length < 8) bad(`it has ${file.length} bytes, too few for a safetensors header`);
  const headerLength = Number(file.readBigUInt64LE());
  const start = 8 + headerLength;
  if (start > file.length) bad(`its header should have ${headerLength} bytes, but the file ends before`);
  let header: Record<string, { dtype?: unknown; shape?: unknown; data_offsets?: unknown }>;
  try {
    header = JSON.parse(file.toString("utf8", 8, start));
  } catch (cause) {
    return bad("its header is not JSON", cause);
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    if (dtype !== "F32") bad(`tensor \`${name}\` is ${dtype}, scores are F32`);
    if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
      return bad(`the entry of tensor \`${name}\` is malformed`);
    }
    const [from, to] = offsets as [number, number];
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (to - from !== 4 * size)
      bad(`tensor \`${name}\` of shape [${shape}] should have ${4 * size} bytes, not ${to - from}`);
    if (start + to > file.length) bad(`it is cut off: tensor \`${name}\` ends at byte ${start + to} of ${file.length}`);
    const bytes = Uint8Array.from(file.subarray(start + from, start + to));
    tensors.set(name, { shape, values: new Float32Array(bytes.buffer) });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
