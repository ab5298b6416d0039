import { AutocircuitError } from "@autocircuit/base";
import { type Ablation, Tensor } from "@autocircuit/native";
import type { EdgeRef } from "../graph/edge.ts";
import type { Graph } from "../graph/graph.ts";
import { requireSameGraph } from "../graph/same-graph.ts";
import { Circuit } from "../scores/circuit.ts";

/**
 * Which edges are ablated: edges, a circuit, or a number per edge (0 keeps the current value, 1 takes the
 * ablated one, anything between interpolates), as an array or tensor of shape `[E]`, or `[M, E]` for a batch with M
 * different masks.
 */
export type Ablate = readonly EdgeRef[] | Circuit | Float32Array | Tensor;

/** That edges come with the values they take, and values with edges. @throws AutocircuitError `bad-input` saying what is missing. */
export function requireBoth(edges: Ablate | undefined, ablation: Ablation | undefined): void {
  if ((edges === undefined) === (ablation === undefined)) return;
  const missing =
    ablation === undefined
      ? "`ablation`, the values they take (see `ablations`)"
      : "`ablate`, the edges that take them";
  throw new AutocircuitError("bad-input", `Ablating needs both edges and values: ${missing}, is missing.`);
}

/** A mask as a tensor, and whether it was made for the occasion (and is to be disposed) or belongs to the caller. */
export interface EdgeMask {
  readonly mask: Tensor;
  readonly owned: boolean;
}

/**
 * Makes the mask tensor, float32 `[E]` or `[M, E]`.
 *
 * @param batch Number of examples, which the number of masks must divide: with M masks, example b uses mask `floor(b / (batch / M))`.
 * @throws AutocircuitError `unknown-name` or `bad-input` for an edge the graph does not have, `shape` for a mask of
 *   another length, `bad-input` for a circuit of another graph.
 */
export function edgeMask(graph: Graph, ablate: Ablate, batch: number): EdgeMask {
  const { edgeCount } = graph;
  if (ablate instanceof Tensor) {
    const [rows, columns] =
      ablate.shape.length === 2 ? ablate.shape : [1, ablate.shape.length === 1 ? ablate.shape[0] : -1];
    checkShape(rows!, columns!, `[${ablate.shape}]`);
    return { mask: ablate, owned: false };
  }
  if (ablate instanceof Float32Array) {
    const rows = ablate.length / edgeCount;
    checkShape(Number.isInteger(rows) ? rows : 0, edgeCount, `[${ablate.length}]`);
    return { mask: Tensor.from(ablate, { shape: rows === 1 ? [edgeCount] : [rows, edgeCount] }), owned: true };
  }
  const circuit = ablate instanceof Circuit ? ablate : Circuit.of(graph, ablate);
  requireSameGraph(circuit.graph, graph, "The circuit to ablate is");
  return { mask: Tensor.from(circuit.mask(), { shape: [edgeCount] }), owned: true };

  function checkShape(rows: number, columns: number, shape: string): void {
    if (columns === edgeCount && rows > 0 && batch % rows === 0) return;
    throw new AutocircuitError(
      "shape",
      `The mask has shape ${shape}; the graph has ${edgeCount} edges, so it must be [${edgeCount}], or [M, ${edgeCount}] where M ` +
        `divides the batch of ${batch}.`,
    );
  }
}
