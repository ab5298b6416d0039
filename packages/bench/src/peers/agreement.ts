import { readFile } from "node:fs/promises";

/** How far two tools' numbers lie apart. */
export interface Agreement {
  /** Largest difference, as a share of the largest of our numbers. */
  largest: number;
  /** Whether that is at most {@link TOLERANCE}. */
  agrees: boolean;
}

/** Largest difference that counts as the same number: another order of the same sums in float32 gives less. */
export const TOLERANCE = 1e-3;

/** Compares two lists of numbers. @throws RangeError for lists of different lengths */
export function agreement(ours: Float32Array, theirs: Float32Array): Agreement {
  if (ours.length !== theirs.length) {
    throw new RangeError(`There are ${ours.length} numbers here and ${theirs.length} there.`);
  }
  let most = 0;
  let difference = 0;
  for (let i = 0; i < ours.length; i++) {
    most = Math.max(most, Math.abs(ours[i]!));
    // A NaN on either side must not pass: no comparison with it is true.
    const apart = Math.abs(ours[i]! - theirs[i]!);
    difference = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(difference, apart);
    if (difference === Number.POSITIVE_INFINITY) break;
  }
  const largest = difference === 0 ? 0 : difference / most;
  return { largest, agrees: largest <= TOLERANCE };
}

/** Reads the float32 numbers that a participant has written. */
export async function readNumbers(file: string): Promise<Float32Array> {
  const bytes = await readFile(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
