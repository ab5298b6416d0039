import type { ByteReader } from "./byte-reader.ts";
import { DEEPEST, MOST_ELEMENTS, MOST_TEXTS } from "./limits.ts";

/** A list of numbers of the metadata; truth values are 0 and 1. */
export type NumberList =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** A value of the metadata. */
export type MetadataValue = number | boolean | string | NumberList | readonly string[] | readonly MetadataValue[];

interface NumberType {
  readonly bytes: number;
  readonly read: (reader: ByteReader) => number;
  /** Numbers of 64 bits go into float64. */
  readonly list: new (
    length: number,
  ) => NumberList;
}

/** Types of numbers by their id in the file. */
const NUMBERS: ReadonlyMap<number, NumberType> = new Map([
  [0, { bytes: 1, read: (reader) => reader.u8(), list: Uint8Array }],
  [1, { bytes: 1, read: (reader) => reader.i8(), list: Int8Array }],
  [2, { bytes: 2, read: (reader) => reader.u16(), list: Uint16Array }],
  [3, { bytes: 2, read: (reader) => reader.i16(), list: Int16Array }],
  [4, { bytes: 4, read: (reader) => reader.u32(), list: Uint32Array }],
  [5, { bytes: 4, read: (reader) => reader.i32(), list: Int32Array }],
  [6, { bytes: 4, read: (reader) => reader.f32(), list: Float32Array }],
  [7, { bytes: 1, read: (reader) => reader.u8(), list: Uint8Array }],
  [10, { bytes: 8, read: (reader) => reader.u64(), list: Float64Array }],
  [11, { bytes: 8, read: (reader) => reader.i64(), list: Float64Array }],
  [12, { bytes: 8, read: (reader) => reader.f64(), list: Float64Array }],
] satisfies [number, NumberType][]);

const BOOL = 7;
const TEXT = 8;
const LIST = 9;

/** A type (32 bits) and a value of it. @throws AutocircuitError `bad-file` */
export function readValue(reader: ByteReader, key: string): MetadataValue {
  return valueOfType(reader, reader.u32(), key, 0);
}

function valueOfType(reader: ByteReader, type: number, key: string, depth: number): MetadataValue {
  if (type === TEXT) return reader.text(`the text of ${key}`);
  if (type === LIST) return list(reader, key, depth);
  const numberType = NUMBERS.get(type);
  if (!numberType) throw reader.fail(`gives ${key} the type ${type}, which the format does not have`);
  const value = numberType.read(reader);
  return type === BOOL ? value !== 0 : value;
}

function list(reader: ByteReader, key: string, depth: number): MetadataValue {
  if (depth >= DEEPEST) throw reader.fail(`nests lists in ${key} more than ${DEEPEST} deep`);
  const type = reader.u32();
  const numberType = NUMBERS.get(type);
  const what = `elements of ${key}`;
  if (numberType) {
    const numbers = new numberType.list(reader.count(what, MOST_ELEMENTS, numberType.bytes));
    for (let i = 0; i < numbers.length; i++) numbers[i] = numberType.read(reader);
    return numbers;
  }
  // A text begins with its length, a list with its type and its length.
  const count = reader.count(what, MOST_TEXTS, type === TEXT ? 8 : 12);
  const values: MetadataValue[] = [];
  for (let i = 0; i < count; i++) values.push(valueOfType(reader, type, key, depth + 1));
  return values;
}
