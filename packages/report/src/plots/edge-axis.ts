/** Where the empty circuit stands on a logarithmic axis of sizes. */
const EMPTY_AT = 0.5;

/** Place of a circuit's size on the axis of {@link edgeAxis}. */
export function edgePlace(size: number): number {
  return Math.max(size, EMPTY_AT);
}

/** A logarithmic axis of circuit sizes that has a place for the empty circuit. */
export function edgeAxis(field: string, most: number): object {
  const decades = Array.from({ length: Math.ceil(Math.log10(Math.max(most, 1))) + 1 }, (_, i) => 10 ** i);
  return {
    field,
    type: "quantitative",
    title: "Circuit Edges",
    scale: { type: "log", nice: false },
    axis: { values: [EMPTY_AT, ...decades], labelExpr: `datum.value < 1 ? '0' : format(datum.value, ',d')` },
  };
}
