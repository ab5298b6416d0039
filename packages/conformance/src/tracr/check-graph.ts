import {
  type CompiledModel,
  directionLabel,
  type GraphNode,
  Selector,
  type SOpKind,
  valueKey,
} from "@autocircuit/tracr";
import { difference, type Report } from "./compare.ts";
import { type GoldenNode, untagged } from "./golden.ts";

const classNames: Readonly<Record<SOpKind | "select", string>> = {
  tokens: "Tokens",
  indices: "Indices",
  length: "Length",
  map: "Map",
  "sequence-map": "SequenceMap",
  "linear-sequence-map": "LinearSequenceMap",
  full: "Full",
  "selector-width": "SelectorWidth",
  aggregate: "Aggregate",
  select: "Select",
};

/** Compares the program graph: order, labels, operands, depths, half-layers, value sets, bases and blocks. */
export function checkGraph(
  compiled: CompiledModel,
  nodes: readonly GoldenNode[],
  sources: readonly string[],
  name: string,
  report: Report,
): void {
  const { graph } = compiled.stages;
  const ours = graph.nodes.map((node, i) => describe(compiled, node, nodes[i]));
  const expected = nodes.map(normalize);
  const found = difference(ours, expected, "graph");
  report(`${name}: graph`, found === null, found ?? undefined);
  const childless = graph.nodes.filter(({ children }) => children.length === 0).map(({ label }) => label);
  const missing = difference([...childless].sort(), [...new Set(sources)].sort(), "sources");
  report(`${name}: sources`, missing === null, missing ?? undefined);
}

function describe({ stages }: CompiledModel, node: GraphNode, golden: GoldenNode | undefined) {
  const { label, expression, children } = node;
  const output = stages.outputs.get(node);
  const kind = expression.node.kind as SOpKind | "select";
  const half = stages.allocation.halfLayers.get(node);
  const primitive = kind === "tokens" || kind === "indices" ? "Type" : "";
  return {
    id: label,
    expr: classNames[kind] + (golden?.expr.endsWith("Type") ? primitive : ""),
    children: children.map((child) => child.label),
    depth: stages.allocation.depths.get(node)!,
    halfLayer: half ?? -1,
    basis: output?.basis.directions.map(directionLabel) ?? null,
    block: half === undefined ? null : blockName(kind),
    ...(golden?.encoding === undefined
      ? {}
      : { encoding: expression instanceof Selector ? null : expression.encoding }),
    ...(golden?.nvalues === undefined ? {} : { nvalues: output?.values.length ?? null }),
    ...(golden?.values === undefined ? {} : { values: output?.values.map(valueKey).sort() ?? null }),
  };
}

function normalize(node: GoldenNode) {
  const { values } = node;
  if (values === undefined) return node;
  return { ...node, values: values?.map((value) => valueKey(untagged(value)!)).sort() ?? null };
}

function blockName(kind: SOpKind | "select"): string {
  if (kind === "aggregate") return "AttentionHead";
  return kind === "selector-width" ? "SeriesWithResiduals" : "MLP";
}
