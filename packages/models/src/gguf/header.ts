import { badFile, shownValue } from "@autocircuit/base";
import { ByteReader, MoreNeeded } from "./byte-reader.ts";
import { LONGEST_NAME, MOST_ENTRIES } from "./limits.ts";
import { type MetadataValue, readValue } from "./metadata-values.ts";
import { checkTensorCount, type GgufTensor, placeTensors, readTensorInfos } from "./tensor-infos.ts";

/** What the beginning of a GGUF file says. */
export interface GgufHeader {
  /** The format's version: 2 or 3. */
  readonly version: number;
  /** Everything about the model: architecture, sizes, tokenizer. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** What a GGUF file begins with. */
export const GGUF_MARK = "GGUF";
const VERSIONS = [2, 3];
const USUAL_ALIGNMENT = 32;
/** A name's length, a type and a value. */
const LEAST_ENTRY_BYTES = 8 + 4 + 1;

/**
 * Parses and checks the header of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 *
 * @param bytes the beginning of the file
 * @param fileBytes length of the whole file
 * @param path named in errors
 * @returns undefined where the header goes on behind `bytes`
 * @throws AutocircuitError `bad-file` for everything that is not as the format has it
 */
export function parseGgufHeader(bytes: Uint8Array, fileBytes: number, path: string): GgufHeader | undefined {
  try {
    return parse(new ByteReader(bytes, fileBytes, path));
  } catch (error) {
    if (error instanceof MoreNeeded) return undefined;
    throw error;
  }
}

function parse(reader: ByteReader): GgufHeader {
  const { path, fileBytes } = reader;
  const mark = fileBytes < 4 ? "" : String.fromCharCode(reader.u8(), reader.u8(), reader.u8(), reader.u8());
  if (mark !== GGUF_MARK) throw badFile(path, `is not a GGUF file: it does not begin with ${GGUF_MARK}.`);
  const version = reader.u32();
  if (!VERSIONS.includes(version)) throw badFile(path, unknownVersion(version));
  const tensorCount = checkTensorCount(reader, reader.u64());
  const entries = reader.count("entries of metadata", MOST_ENTRIES, LEAST_ENTRY_BYTES);
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < entries; i++) {
    const key = reader.text("the name of an entry", LONGEST_NAME);
    if (metadata.has(key)) throw reader.wrong(`has the entry ${shownValue(key)} twice`);
    metadata.set(key, readValue(reader, shownValue(key)));
  }
  const declared = readTensorInfos(reader, checkTensorCount(reader, tensorCount));
  const alignment = alignmentOf(metadata, path);
  const start = Math.ceil(reader.at / alignment) * alignment;
  return { version, metadata, tensors: placeTensors(declared, { start, alignment, fileBytes, path }) };
}

function unknownVersion(version: number): string {
  // A version whose low half is 0 is a small number, written the other way round.
  if (version % 2 ** 16 === 0) return "has its numbers in big-endian order, which is not read. Convert it.";
  return `is of version ${version} of the format; versions ${VERSIONS.join(" and ")} are read. Convert the model again.`;
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>, path: string): number {
  const alignment = metadata.get("general.alignment") ?? USUAL_ALIGNMENT;
  if (typeof alignment === "number" && alignment >= 1 && alignment <= 2 ** 20 && Number.isInteger(Math.log2(alignment)))
    return alignment;
  throw badFile(path, `\`general.alignment\` is ${shownValue(alignment)}, which is no power of two up to 2^20.`);
}
