/** Values that differ by less than this share of them are the same: float32 sums of a few hundred terms are no better. */
const ROUNDING = 1e-5;

/**
 * Whether the full model and the empty circuit differ by more than rounding. Where they do not, faithfulness
 * (`(circuit - empty) / (full - empty)`) has no unit, and what is divided by their difference is noise.
 */
export function haveRange(full: number, empty: number): boolean {
  const range = Math.abs(full - empty);
  return Number.isFinite(range) && range > ROUNDING * Math.max(Math.abs(full), Math.abs(empty));
}
