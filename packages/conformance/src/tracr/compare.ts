import { asNumber, type CompiledModel, sameValue, type Value, type WeightArray } from "@autocircuit/tracr";
import type { SparseArray } from "./golden.ts";

/** Receives one result: a name, whether it holds, and what differs if not. */
export type Report = (name: string, ok: boolean, detail?: string) => void;

/** Outputs of a golden model, so that another implementation of the forward pass can be held against them. */
export interface GoldenOutputs {
  readonly name: string;
  readonly model: CompiledModel;
  /** Token ids, one list an input; all of one length. */
  readonly tokens: readonly (readonly number[])[];
  /** `[input][position][output]` */
  readonly logits: readonly (readonly (readonly number[])[])[];
  /** How far a forward pass in float32 may be from them. */
  readonly float32Tolerance: number;
}

/** Receives golden outputs as they are checked. */
export type OutputsListener = (outputs: GoldenOutputs) => void;

/** Where two JSON-like things differ first, or `null`. Numbers must be equal exactly (-0 equals 0). */
export function difference(ours: unknown, expected: unknown, path = ""): string | null {
  if (Array.isArray(ours) && Array.isArray(expected)) {
    if (ours.length !== expected.length) return `${path}: ${ours.length} entries, expected ${expected.length}`;
    for (let i = 0; i < ours.length; i++) {
      const found = difference(ours[i], expected[i], `${path}[${i}]`);
      if (found !== null) return found;
    }
    return null;
  }
  if (isRecord(ours) && isRecord(expected)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(expected)])) {
      const found = difference(ours[key], expected[key], `${path}.${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  return ours === expected ? null : `${path}: ${JSON.stringify(ours)}, expected ${JSON.stringify(expected)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a dense array differs from a sparse one, or `null`. Exact. */
export function arrayDifference({ shape, data }: WeightArray, expected: SparseArray): string | null {
  const shapes = difference([...shape], [...expected.shape], "shape");
  if (shapes !== null) return shapes;
  const dense = new Float64Array(data.length);
  for (const entry of expected.nz) {
    const at = entry.slice(0, -1).reduce((offset, i, axis) => offset * shape[axis]! + i, 0);
    dense[at] = entry.at(-1)!;
  }
  const wrong = data.findIndex((x, i) => x !== dense[i]);
  return wrong < 0 ? null : `element ${wrong} of ${shape.join(" x ")}: ${data[wrong]}, expected ${dense[wrong]}`;
}

/** Largest difference between outputs, `[position][output]` against a flat array. */
export function largestDifference(flat: ArrayLike<number>, expected: readonly (readonly number[])[]): number {
  const values = expected.flat();
  if (values.length !== flat.length) return Number.POSITIVE_INFINITY;
  return values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - flat[i]!)), 0);
}

/** Whether two values are the same, numbers to a tolerance. */
export function closeValues(a: Value | null, b: Value | null, tolerance: number): boolean {
  if (sameValue(a, b)) return true;
  const x = a === null ? null : asNumber(a);
  const y = b === null ? null : asNumber(b);
  return x !== null && y !== null && Math.abs(x - y) <= tolerance;
}
