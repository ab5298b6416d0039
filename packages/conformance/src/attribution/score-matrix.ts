import { edgeNameOfEapIg } from "@autocircuit/circuits";
import type { Graph, PruneScores } from "@autocircuit/core";
import type { ExpectedTensors } from "../read-safetensors.ts";
import type { HostTensor } from "../recorder.ts";

/** Names of the rows and columns of a matrix of scores, in another tool's words. */
export interface MatrixNames {
  readonly src_nodes: readonly string[];
  readonly dst_nodes: readonly string[];
}

/** The cells `[source, destination]` of a graph's edges, in the order of the flat vector. */
export function cellsOf(graph: Graph, { src_nodes, dst_nodes }: MatrixNames): Uint32Array {
  const cells = new Uint32Array(graph.edgeCount);
  const seen = new Set<number>();
  src_nodes.forEach((src, row) => {
    dst_nodes.forEach((dst, column) => {
      const name = edgeNameOfEapIg(`${src}->${dst}`);
      if (name === undefined || !graph.has(name)) return;
      const edge = graph.index(name);
      cells[edge] = row * dst_nodes.length + column;
      seen.add(edge);
    });
  });
  if (seen.size !== graph.edgeCount)
    throw new Error(`The matrix names ${seen.size} of the graph's ${graph.edgeCount} edges.`);
  return cells;
}

/** Scores as a matrix `[source, destination]`; 0 in the cells that are no edge. */
export function matrixOf(values: ArrayLike<number>, cells: Uint32Array, shape: readonly number[]): HostTensor {
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
  cells.forEach((cell, edge) => {
    data[cell] = values[edge]!;
  });
  return { shape, data };
}

/** Expected scores of a graph's edges, from a matrix. */
export function edgesOfMatrix(tensors: ExpectedTensors, name: string, cells: Uint32Array): Float32Array {
  const { data } = tensors.get(name);
  return Float32Array.from(cells, (cell) => data[cell]!);
}

/** Scores divided by a number, as other tools scale them. */
export function divided(scores: PruneScores, by: number): Float64Array {
  return Float64Array.from(scores.values, (value) => value / by);
}
