import { visible } from "../escape.ts";

/** A panel for each of some names, in their order, at most so many in a row. */
export function panelsOf(names: readonly string[], field: string, most = 3): object {
  const sort = [...new Set(names.map(visible))];
  return {
    facet: {
      field,
      type: "nominal",
      title: null,
      sort,
      header: { labelFontSize: 12, labelFontWeight: 600, labelColor: "currentColor", labelPadding: 6 },
    },
    columns: Math.min(most, sort.length),
  };
}
