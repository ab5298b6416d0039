import { iq4nl, iq4xs } from "./blocks/iq4.ts";
import { q4k, q5k, q6k } from "./blocks/k-quants.ts";
import { q2k, q3k } from "./blocks/k-quants-low.ts";
import { bf16, f16, f32 } from "./blocks/plain.ts";
import { q4_0, q4_1, q5_0, q5_1, q8_0 } from "./blocks/round-to-nearest.ts";

/** Makes numbers of whole blocks: `count` of them from the beginning of `bytes`, into `values` from `at` on. */
export type Dequantise = (bytes: Uint8Array, count: number, values: Float32Array, at: number) => void;

/** How numbers of one type lie in a file. */
export interface TensorType {
  /** Its id in the file. */
  readonly id: number;
  /** Numbers in a block. */
  readonly elements: number;
  /** Bytes of a block. */
  readonly bytes: number;
  readonly dequantise: Dequantise;
}

/** Every type that is read, by name. */
export const TENSOR_TYPES: Readonly<Record<string, TensorType>> = {
  F32: { id: 0, elements: 1, bytes: 4, dequantise: f32 },
  F16: { id: 1, elements: 1, bytes: 2, dequantise: f16 },
  Q4_0: { id: 2, elements: 32, bytes: 18, dequantise: q4_0 },
  Q4_1: { id: 3, elements: 32, bytes: 20, dequantise: q4_1 },
  Q5_0: { id: 6, elements: 32, bytes: 22, dequantise: q5_0 },
  Q5_1: { id: 7, elements: 32, bytes: 24, dequantise: q5_1 },
  Q8_0: { id: 8, elements: 32, bytes: 34, dequantise: q8_0 },
  Q2_K: { id: 10, elements: 256, bytes: 84, dequantise: q2k },
  Q3_K: { id: 11, elements: 256, bytes: 110, dequantise: q3k },
  Q4_K: { id: 12, elements: 256, bytes: 144, dequantise: q4k },
  Q5_K: { id: 13, elements: 256, bytes: 176, dequantise: q5k },
  Q6_K: { id: 14, elements: 256, bytes: 210, dequantise: q6k },
  IQ4_NL: { id: 20, elements: 32, bytes: 18, dequantise: iq4nl },
  IQ4_XS: { id: 23, elements: 256, bytes: 136, dequantise: iq4xs },
  BF16: { id: 30, elements: 1, bytes: 2, dequantise: bf16 },
};

/** Names of types that are not read, for messages. */
const OTHERS: Readonly<Record<number, string>> = {
  9: "Q8_1",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  21: "IQ3_S",
  22: "IQ2_S",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  34: "TQ1_0",
  35: "TQ2_0",
  39: "MXFP4",
};

const BY_ID = new Map(Object.entries(TENSOR_TYPES).map(([name, type]) => [type.id, { name, type }]));

/** The type of an id; undefined for one that is not read. */
export function tensorType(id: number): TensorType | undefined {
  return BY_ID.get(id)?.type;
}

/** Its name, for messages. */
export function typeName(id: number): string {
  return BY_ID.get(id)?.name ?? OTHERS[id] ?? `number ${id}`;
}
