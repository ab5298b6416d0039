/** A mean over seeds. */
export interface SeedMean {
  readonly mean: number;
  /** Unbiased standard deviation over the seeds; null for a single one. */
  readonly deviation: number | null;
  readonly count: number;
}

/** Mean and deviation of the values there are; undefined without any. */
export function seedMean(values: readonly (number | null | undefined)[]): SeedMean | undefined {
  const there = values.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  if (there.length === 0) return undefined;
  const mean = there.reduce((sum, value) => sum + value, 0) / there.length;
  const squares = there.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = there.length < 2 ? null : Math.sqrt(squares / (there.length - 1));
  return { mean, deviation, count: there.length };
}

/** A mean in a few digits, with its deviation where there is one; null without any. */
export function meanText(values: readonly (number | null | undefined)[]): string | number | null {
  const found = seedMean(values);
  if (found === undefined) return null;
  const { mean, deviation } = found;
  return deviation === null ? mean : `${digits(mean)} ± ${digits(deviation)}`;
}

function digits(value: number): string {
  return value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)
    ? String(Number(value.toPrecision(4)))
    : value.toExponential(2);
}
