import type { DType } from "@autocircuit/native";

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

/** Whether a header's `dtype` field names a type that can be read here. */
export function isSafetensorsDType(name: unknown): name is SafetensorsDType {
  return typeof name === "string" && Object.hasOwn(DTYPES, name);
}

/** The file format's name for an engine type. */
export function safetensorsDType(native: DType): SafetensorsDType {
  for (const [name, facts] of Object.entries(DTYPES)) if (facts.native === native) return name as SafetensorsDType;
  throw new TypeError(`No safetensors type for ${native}.`);
}
