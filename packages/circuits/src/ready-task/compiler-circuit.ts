import { AutocircuitError } from "@autocircuit/base";
import type { Edge, Graph } from "@autocircuit/core";
import { type CompiledModel, groundTruthEdges } from "@autocircuit/tracr";
import type { HasGraph, KnownEdgesOptions } from "../edges/known-edges.ts";
import type { KnownCircuit } from "./ready-task.ts";

/**
 * The circuit that a compiled program has by construction: edges whose source writes what their destination reads on the way to the
 * output. By token they are all taken at every position.
 */
export function compilerCircuit(compiled: () => CompiledModel): KnownCircuit {
  return {
    description: "every edge that the compiled program uses",
    origin: "the compiler: residual dimensions that the source writes and the destination reads",
    edges: (target, options) => compiledEdges(compiled(), target, options),
  };
}

function compiledEdges(compiled: CompiledModel, target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  const graph = "graph" in target ? target.graph : target;
  const { layers, heads } = compiled.config;
  if (
    graph.config.layers !== layers ||
    graph.config.heads !== heads ||
    graph.config.attnOnly ||
    !graph.factorized ||
    !graph.separateQkv
  ) {
    throw new AutocircuitError(
      "shape",
      `The compiled program has ${layers} layers of ${heads} heads and an MLP; its circuit belongs to a factorised graph of such a ` +
        "model with separate Q, K and V. Use the task's own model.",
    );
  }
  const names = groundTruthEdges(compiled).map(({ edge }) => edge);
  const positions = positionsOf(graph, options);
  if (positions === null) return names.map((name) => graph.edge(graph.index(name)));
  return names.flatMap((name) => positions.map((position) => graph.edge(graph.index(name, position))));
}

function positionsOf(graph: Graph, { positions, seqStart = 0 }: KnownEdgesOptions): readonly number[] | null {
  if (graph.seqLen === null) return null;
  return positions?.map((position) => position - seqStart) ?? Array.from({ length: graph.seqLen }, (_, i) => i);
}
