/** A number short enough for a table or a sentence: five digits, whole ones as they are, the very large and small as 1.234e-5. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6
    ? value.toPrecision(5).replace(/\.?0+$/, "")
    : value.toExponential(3);
}
