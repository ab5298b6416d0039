/** Options of an algorithm as a report and JSON can hold them: edges by name, no callbacks. */
export function plainOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => {
      if (typeof value === "function" || value === undefined) return [];
      return [[name, name in EDGES ? [...(value as Iterable<unknown>)].map(String) : value]];
    }),
  );
}

/** Options that are lists of edges. */
const EDGES = { edges: true, knownEdges: true };
