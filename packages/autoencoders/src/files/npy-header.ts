import { badFile, type SafetensorsDType } from "@autocircuit/base";

/** What a `.npy` array says of itself. */
export interface NpyHeader {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** Columns lie one after the other, not rows. */
  readonly fortranOrder: boolean;
  /** Where the values begin. */
  readonly dataStart: number;
}

const TYPES: Readonly<Record<string, SafetensorsDType>> = {
  "<f8": "F64",
  "<f4": "F32",
  "<f2": "F16",
  "<i8": "I64",
  "<i4": "I32",
  "|u1": "U8",
  "|b1": "BOOL",
};

/** No header of an array of numbers is longer. */
export const NPY_HEADER_BYTES = 4096;

/** The one form in which NumPy writes the dictionary. */
const DICTIONARY =
  /^\{'descr': '([^']{1,16})', 'fortran_order': (True|False), 'shape': \(((?:\d{1,16}, ?)*\d{0,16})\), \}\s*$/;

/**
 * Reads the header of a `.npy` array.
 *
 * @param begin the first bytes of the array, at most {@link NPY_HEADER_BYTES} of them
 * @param where for messages
 * @throws AutocircuitError `bad-file`; object arrays, which are pickles, are refused by their type
 */
export function parseNpyHeader(begin: Uint8Array, where: string): NpyHeader {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (begin.length < 12 || magic.some((byte, at) => begin[at] !== byte)) throw badFile(where, "is no .npy array.");
  const view = new DataView(begin.buffer, begin.byteOffset, begin.byteLength);
  const version = begin[6]!;
  if (version < 1 || version > 3) throw badFile(where, `is of version ${version} of .npy, which is not known.`);
  const textStart = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = textStart + length;
  if (dataStart > begin.length) throw badFile(where, `its header declares ${length} bytes. Truncated download?`);
  const text = new TextDecoder("latin1").decode(begin.subarray(textStart, dataStart));
  const found = DICTIONARY.exec(text);
  if (!found) throw badFile(where, `its header is not one that NumPy writes: ${JSON.stringify(text.slice(0, 80))}.`);
  const dtype = Object.hasOwn(TYPES, found[1]!) ? TYPES[found[1]!] : undefined;
  if (dtype === undefined) {
    throw badFile(where, `holds elements of type ${found[1]}; read are ${Object.keys(TYPES).join(", ")}.`);
  }
  const shape = found[3]!
    .split(",")
    .filter((size) => size.trim() !== "")
    .map(Number);
  return { dtype, shape, fortranOrder: found[2] === "True", dataStart };
}
