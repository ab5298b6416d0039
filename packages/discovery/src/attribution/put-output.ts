import type { Graph, SrcNode } from "@autocircuit/core";
import { Ablation, scope, Tensor } from "@autocircuit/native";
import type { SliceGradients } from "./slice-gradients.ts";
import { maskFrom } from "./start-edges.ts";

/** Edges that are ablated, and with what, so that all that reads a source finds another output. */
export interface PutOutput {
  readonly mask: Float32Array;
  /** The caller disposes it. */
  readonly ablation: Ablation;
  /** The source whose value in the ablation moves as the output does: the gradient by the one is that by the other. */
  readonly through: SrcNode;
}

/**
 * The clean run with another output of a source, `[B, P, D]`. Heads and MLPs, and in factorised graphs the embedding, are read by their edges
 * alone. In a graph of nodes the stream at some point is read by heads and MLPs too, without edges: there what comes into it is replaced,
 * on the edge from the stream before it.
 */
export async function putOutput(slice: SliceGradients, source: SrcNode, output: Tensor): Promise<PutOutput> {
  const { graph } = slice.model;
  const clean = await slice.clean();
  const isStream = source.kind === "mid" || source.kind === "post";
  const through = isStream ? streamBefore(graph, source) : source;
  const rows = Float32Array.from(graph.sources, ({ index }) => Number(index === through.index));
  const ablation = scope(() => {
    const value = isStream ? clean.select(0, through.index).add(output.sub(clean.select(0, source.index))) : output;
    const chosen = Tensor.from(rows, { shape: [rows.length, 1, 1, 1] }).gt(0);
    return new Ablation(Tensor.where(chosen, value.unsqueeze(0), clean));
  });
  return {
    mask: isStream ? maskInto(graph, source) : maskFrom(graph, (other) => other === source, 1),
    ablation,
    through,
  };
}

/** The first of the sources that a point of the stream is the sum of. */
function streamBefore(graph: Graph, point: SrcNode): SrcNode {
  return graph.sources[groupOf(graph, point).firstSource]!;
}

/** The mask that ablates the edge from there, at every position. */
function maskInto(graph: Graph, point: SrcNode): Float32Array {
  const { offset, size, sourceCount } = groupOf(graph, point);
  const mask = new Float32Array(graph.edgeCount);
  for (let cell = 0; cell < size; cell += sourceCount) mask[offset + cell] = 1;
  return mask;
}

function groupOf({ groups }: Graph, point: SrcNode) {
  return groups.find(({ kind, block }) => kind === point.kind && block === point.block)!;
}
