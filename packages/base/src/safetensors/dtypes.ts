import type { DType } from "../element-types.ts";

/** Element types this package reads and writes, spelled as the safetensors header spells them. */
export type SafetensorsDType = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "U8" | "BOOL";

/** Bytes an element takes, and the engine's name for the type. */
export interface DTypeFacts {
  readonly bytes: number;
  readonly native: DType;
}

/** What each element type of the file format is to the engine. */
export const DTYPES: Readonly<Record<SafetensorsDType, DTypeFacts>> = {
  F64: { bytes: 8, native: "float64" },
  F32: { bytes: 4, native: "float32" },
  F16: { bytes: 2, native: "float16" },
  BF16: { bytes: 2, native: "bfloat16" },
  I64: { bytes: 8, native: "int64" },
  I32: { bytes: 4, native: "int32" },
  U8: { bytes: 1, native: "uint8" },
  BOOL: { bytes: 1, native: "bool" },
};

/** Bits of the file format's other element types. Files may hold them; only who reads such a tensor is refused. */
const UNREAD_BITS: Readonly<Record<string, number>> = {
  ...{ U64: 64, U32: 32, U16: 16, I16: 16, I8: 8, C64: 64 },
  ...{ F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8, F6_E2M3: 6, F6_E3M2: 6, F4: 4 },
};

/** Bits of an element of any type that the file format has; undefined for a name that is none. */
export function bitsOf(name: unknown): number | undefined {
  if (isSafetensorsDType(name)) return 8 * DTYPES[name].bytes;
  return typeof name === "string" && Object.hasOwn(UNREAD_BITS, name) ? UNREAD_BITS[name] : undefined;
}

/** Whether a header's `dtype` field names a type that can be read here. */
export function isSafetensorsDType(name: unknown): name is SafetensorsDType {
  return typeof name === "string" && Object.hasOwn(DTYPES, name);
}

/** The file format's name for an engine type. */
export function safetensorsDType(native: DType): SafetensorsDType {
  for (const [name, facts] of Object.entries(DTYPES)) if (facts.native === native) return name as SafetensorsDType;
  throw new TypeError(`No safetensors type for ${native}.`);
}
