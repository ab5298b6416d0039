import { badFile, counted, shownValue } from "@autocircuit/base";
import type { ByteReader } from "./byte-reader.ts";
import { LONGEST_NAME, MOST_TENSORS } from "./limits.ts";
import { type TensorType, tensorType, typeName } from "./tensor-types.ts";

/** Where a tensor lies in the file, and in which blocks. */
export interface GgufTensor {
  readonly name: string;
  /** The last dimension goes fastest, as everywhere here; the file has them the other way round. */
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;
  /** Name of its type, such as `Q4_K`. */
  readonly type: string;
  /** How its blocks are read; undefined for a type that is not. */
  readonly blocks: TensorType | undefined;
  /** From the beginning of the file. */
  readonly byteOffset: number;
  /** 0 for a type that is not read. */
  readonly bytes: number;
}

/** A tensor as it is declared, its offset counted from the beginning of the data. */
export type DeclaredTensor = Omit<GgufTensor, "byteOffset"> & { readonly offset: number };

/** A name's length, a number of dimensions, a type and an offset. */
const LEAST_BYTES = 8 + 4 + 4 + 8;
const MOST_DIMENSIONS = 4;

/** Refuses more tensors than the file has room for. @throws AutocircuitError `bad-file` */
export function checkTensorCount(reader: ByteReader, count: number): number {
  return reader.checkedCount(count, "tensors", MOST_TENSORS, LEAST_BYTES);
}

/**
 * Reads the descriptions of all tensors.
 *
 * @throws AutocircuitError `bad-file` for shapes that cannot be, and names that come twice
 */
export function readTensorInfos(reader: ByteReader, count: number): DeclaredTensor[] {
  const seen = new Set<string>();
  return Array.from({ length: count }, () => {
    const tensor = readTensorInfo(reader);
    if (seen.has(tensor.name)) throw reader.wrong(`declares tensor ${shownValue(tensor.name)} twice`);
    seen.add(tensor.name);
    return tensor;
  });
}

function readTensorInfo(reader: ByteReader): DeclaredTensor {
  const name = reader.text("the name of a tensor", LONGEST_NAME);
  const tensor = `tensor ${shownValue(name)}`;
  const dimensions = reader.u32();
  if (dimensions > MOST_DIMENSIONS)
    throw reader.fail(`${tensor} has ${dimensions} dimensions; at most ${MOST_DIMENSIONS} can be`);
  const shape = Array.from({ length: dimensions }, () => reader.u64()).reverse();
  const type = reader.u32();
  const offset = reader.u64();
  const size = shape.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(size))
    throw reader.fail(`${tensor} has shape [${shape.map(shownValue).join(", ")}], which no file could hold`);
  const blocks = tensorType(type);
  const row = shape.at(-1) ?? 1;
  if (blocks && row % blocks.elements !== 0)
    throw reader.wrong(
      `${tensor} has rows of ${row} numbers, which ${typeName(type)} cannot: its blocks have ${blocks.elements}`,
    );
  const bytes = blocks ? (size / blocks.elements) * blocks.bytes : 0;
  return { name, shape, size, type: typeName(type), blocks, offset, bytes };
}

/**
 * Places tensors in the file.
 *
 * @param start where the data begins
 * @throws AutocircuitError `bad-file` for offsets that are not aligned, tensors that lie beyond the file or on each other
 */
export function placeTensors(
  declared: readonly DeclaredTensor[],
  { start, alignment, fileBytes, path }: { start: number; alignment: number; fileBytes: number; path: string },
): Map<string, GgufTensor> {
  const placed = declared.map(({ offset, ...tensor }): GgufTensor => {
    const name = shownValue(tensor.name);
    if (!Number.isSafeInteger(offset))
      throw badFile(path, `tensor ${name} lies at offset ${shownValue(offset)}, which no file reaches.`);
    if (offset % alignment !== 0)
      throw badFile(path, `tensor ${name} lies at offset ${offset}, which is no multiple of ${alignment}.`);
    const end = start + offset + tensor.bytes;
    if (end > fileBytes) {
      const short = `ends ${counted(end - fileBytes, "byte")} before tensor ${name} does`;
      throw badFile(path, `${short} (it has ${counted(fileBytes, "byte")}). Truncated download? Fetch it again.`);
    }
    return { ...tensor, byteOffset: start + offset };
  });
  const inOrder = placed.filter(({ bytes }) => bytes > 0).sort((a, b) => a.byteOffset - b.byteOffset);
  for (const [index, tensor] of inOrder.entries()) {
    const next = inOrder[index + 1];
    if (next && tensor.byteOffset + tensor.bytes > next.byteOffset)
      throw badFile(path, `tensors ${shownValue(tensor.name)} and ${shownValue(next.name)} overlap.`);
  }
  return new Map(placed.map((tensor) => [tensor.name, tensor]));
}
