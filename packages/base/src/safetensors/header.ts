import { badFile } from "../files/bad-file.ts";
import { bitsOf, DTYPES, isSafetensorsDType, type SafetensorsDType } from "./dtypes.ts";

/** Where one tensor lies in a safetensors file. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** From the beginning of the file. */
  readonly byteOffset: number;
  readonly bytes: number;
}

/** The header of a safetensors file: free text beside the tensors, and where each tensor lies. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Element types of the tensors that the file holds and this package does not read, by name: quantised weights, integer buffers. */
  readonly unread: ReadonlyMap<string, string>;
}

/** A tensor's place, whatever its type. */
type Place = Omit<TensorInfo, "dtype"> & { readonly dtype: string };

/** The eight bytes before the header that say how long it is. */
export const PREFIX_BYTES = 8;

/** As in the reference implementation: a longer header is an attack or an accident. */
const MAX_HEADER_BYTES = 100_000_000;

/** What a file is that is no safetensors file, by how it begins; their length of a header would be some thousand gigabytes. */
function otherFormat(prefix: Uint8Array): string | undefined {
  const beginning = new TextDecoder("latin1").decode(prefix.subarray(0, PREFIX_BYTES));
  if (beginning.startsWith("GGUF")) return "a GGUF file";
  if (beginning.startsWith("PK")) return "a zip file (as PyTorch's are)";
  return /^[[{]\s*["[{\s]/.test(beginning) ? "JSON" : undefined;
}

/**
 * The header's length in bytes, from the first eight bytes of a file.
 *
 * @throws AutocircuitError `bad-file` when the file is too short, or the length cannot be true.
 */
export function headerLength(prefix: Uint8Array, fileBytes: number, path: string): number {
  if (fileBytes < PREFIX_BYTES || prefix.byteLength < PREFIX_BYTES) {
    throw badFile(path, `not a safetensors file: ${fileBytes} bytes long, but the header's length alone takes 8.`);
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    const other = otherFormat(prefix);
    if (other !== undefined) throw badFile(path, `is ${other}, where a safetensors file is needed. Name that.`);
    throw badFile(
      path,
      `says its header has ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed. Is it safetensors?`,
    );
  }
  if (length > BigInt(fileBytes - PREFIX_BYTES)) {
    throw badFile(path, `says its header has ${length} bytes, but only ${fileBytes - PREFIX_BYTES} follow. Truncated?`);
  }
  return Number(length);
}

/**
 * Reads and checks a header. Nothing is taken on trust: tensors must fill the data exactly, without overlaps or holes,
 * and each must have as many bytes as its shape and type need.
 *
 * @param json the header's bytes, after the eight of its length
 * @param fileBytes the length of the whole file
 * @param path named in errors
 * @throws AutocircuitError `bad-file` naming the file, the tensor and the reason
 */
export function parseHeader(json: Uint8Array, fileBytes: number, path: string): SafetensorsHeader {
  const dataStart = PREFIX_BYTES + json.byteLength;
  const raw = parseJson(json, path);
  const places: Place[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(raw)) {
    if (name === "__metadata__") metadata = checkMetadata(entry, path);
    else places.push(checkEntry(name, entry, dataStart, path));
  }
  checkCoverage(places, dataStart, fileBytes, path);
  const known = places.filter((place): place is TensorInfo => isSafetensorsDType(place.dtype));
  const others = places.filter(({ dtype }) => !isSafetensorsDType(dtype));
  return {
    metadata,
    tensors: new Map(known.map((info) => [info.name, info])),
    unread: new Map(others.map(({ name, dtype }) => [name, dtype])),
  };
}

function parseJson(json: Uint8Array, path: string): Record<string, unknown> {
  let raw: unknown;
  try {
    // A byte-order mark is not JSON, so it must reach the parser.
    raw = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(json));
  } catch (cause) {
    throw badFile(path, "its header is not UTF-8 JSON. Is it safetensors?", { cause });
  }
  if (!isRecord(raw)) throw badFile(path, "its header is not a JSON object.");
  return raw;
}

function checkMetadata(entry: unknown, path: string): Record<string, string> {
  if (!isRecord(entry)) throw badFile(path, "`__metadata__` is not an object.");
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string") throw badFile(path, `metadata ${JSON.stringify(key)} is not text.`);
  }
  return entry as Record<string, string>;
}

function checkEntry(name: string, entry: unknown, dataStart: number, path: string): Place {
  const fail = (problem: string) => badFile(path, `tensor ${JSON.stringify(name)}: ${problem}`);
  if (!isRecord(entry)) throw fail("its header entry is not an object.");
  const { dtype, shape, data_offsets: offsets } = entry;
  const bits = bitsOf(dtype);
  if (typeof dtype !== "string" || bits === undefined) {
    throw fail(`type ${JSON.stringify(dtype)} is not known; read are ${Object.keys(DTYPES).join(", ")}.`);
  }
  if (!isCounts(shape)) throw fail(`shape ${JSON.stringify(shape)} is not a list of sizes.`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw fail(`data_offsets ${JSON.stringify(offsets)} is not a begin and an end.`);
  }
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw fail(`ends at byte ${end}, before it begins at ${begin}.`);
  const need = shape.reduce((size, n) => size * n, bits) / 8;
  if (need !== end - begin) {
    throw fail(`${dtype} of shape [${shape.join(", ")}] needs ${need} bytes, but data_offsets give it ${end - begin}.`);
  }
  return { name, dtype, shape, byteOffset: dataStart + begin, bytes: need };
}

function checkCoverage(tensors: readonly Place[], dataStart: number, fileBytes: number, path: string): void {
  const inOrder = [...tensors].sort((a, b) => a.byteOffset - b.byteOffset || a.bytes - b.bytes);
  let at = dataStart;
  let previous = "the header";
  for (const { name, byteOffset, bytes } of inOrder) {
    const quoted = `tensor ${JSON.stringify(name)}`;
    if (byteOffset < at) throw badFile(path, `${quoted} overlaps ${previous}.`);
    if (byteOffset > at)
      throw badFile(path, `${byteOffset - at} bytes between ${previous} and ${quoted} belong to none.`);
    at = byteOffset + bytes;
    if (at > fileBytes) {
      throw badFile(path, `${quoted} ends at byte ${at}, but the file has only ${fileBytes}. Truncated download?`);
    }
    previous = quoted;
  }
  if (at < fileBytes) throw badFile(path, `${fileBytes - at} bytes after ${previous} belong to no tensor.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
