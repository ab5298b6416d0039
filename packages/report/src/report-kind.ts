import { kind } from "@autocircuit/base";

const isList = (value: unknown) => Array.isArray(value);

/** What a report is at the least, so that what draws it can say what is missing. */
export const reportKind = kind.such(
  "a report: { title, task, algorithm, options, graph, circuit, notes, ... }",
  (value) => {
    if (!kind.record.accepts(value)) return false;
    const { title, graph, circuit, notes } = value as Record<string, unknown>;
    if (!kind.record.accepts(graph) || !isList(circuit) || !isList(notes) || typeof title !== "string") return false;
    const { nodes, layers, heads } = graph as Record<string, unknown>;
    if (!kind.count.accepts(layers) || !kind.count.accepts(heads) || !kind.record.accepts(nodes)) return false;
    const { sources, destinations } = nodes as Record<string, unknown>;
    return isList(sources) && isList(destinations);
  },
);
