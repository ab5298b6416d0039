/** An integer with thousands separated: 386,713. */
export function formatCount(n: number): string {
  return n.toLocaleString("en-US");
}

/** A count with its noun: "1 edge", "2 edges". */
export function plural(n: number, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** A measured number in four significant digits; infinity as ∞, missing as an en dash. */
export function formatNumber(x: number | null | undefined): string {
  if (x === null || x === undefined) return "–";
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  if (Number.isInteger(x) && Math.abs(x) < 1e15) return formatCount(x).replace("-", "−");
  const size = Math.abs(x);
  const text = size >= 1e-3 && size < 1e6 ? String(Number(x.toPrecision(4))) : Number(x.toPrecision(4)).toExponential();
  return text.replaceAll("-", "−").replace("e+", "e");
}

/** A duration: 8 ms, 1.24 s, 3 min 20 s, 2 h 5 min. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${formatNumber(Number((seconds * 1000).toPrecision(3)))} ms`;
  if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** An option's value in one line. */
export function formatValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatNumber(value);
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(formatValue).join(", ");
  if (ArrayBuffer.isView(value)) return formatValue(Array.from(value as unknown as ArrayLike<unknown>));
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([key, inner]) => `${key}: ${formatValue(inner)}`)
      .join("; ");
  }
  return String(value);
}
