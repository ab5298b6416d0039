/** A number of some four figures, as a table shows it. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e6) return value.toExponential(1).replace("-", "−").replace("e−", "e−");
  const text = size >= 100 ? value.toFixed(1) : size >= 1 ? value.toFixed(2) : value.toFixed(3);
  return text.replace("-", "−");
}

/** A share as per cent. */
export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const p = value * 100;
  if (p !== 0 && Math.abs(p) < 0.1) return p < 0 ? "> −0.1%" : "< 0.1%";
  if (p === 0 || Math.abs(p) >= 99.95) return `${Math.round(p).toString().replace("-", "−")}%`;
  return `${p.toFixed(1).replace("-", "−")}%`;
}

/** A count with its thousands apart. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A count with its noun. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
