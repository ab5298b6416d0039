import type { DestGroup, Graph } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";

/** Weights of {@link complexityTerm}. */
export interface ComplexityWeights {
  /** Of each edge's probability. */
  readonly lambda: number;
  /** Of each head's share, which is felt until about half of its edges have gone. */
  readonly nodeLambda: number;
}

/**
 * How large the circuit of some masks is (Li and Janson 2024, arXiv:2409.09951): lambda times the number of edges that is to be expected, and
 * nodeLambda times {@link nodeComplexity}. A scalar with gradients.
 *
 * @param alpha log-odds `[E]`
 */
export function complexityTerm(alpha: Tensor, graph: Graph, { lambda, nodeLambda }: ComplexityWeights): Tensor {
  return scope(() => {
    const p = alpha.sigmoid();
    const edges = p.sum().mul(lambda);
    return nodeLambda === 0 ? edges : edges.add(nodeComplexity(p, graph).mul(nodeLambda));
  });
}

/**
 * The sum over heads of `tanh(2 c / N) N / 2`, c the edges from and into the head that are to be expected and N the number of heads: a head that
 * has hardly any loses its last ones.
 *
 * @param p probabilities `[E]`
 */
export function nodeComplexity(p: Tensor, graph: Graph): Tensor {
  return scope(() => {
    const { layers, heads } = graph.config;
    const all = layers * heads;
    const edges = outgoing(p, graph).add(incoming(p, graph));
    return edges
      .mul(2 / all)
      .tanh()
      .sum()
      .mul(all / 2);
  });
}

/** The part of a group's edges, `[positions, heads, sources]`. */
function partOf(p: Tensor, { offset, size, heads, sourceCount }: DestGroup): Tensor {
  return p.slice(0, offset, offset + size).reshape([size / heads / sourceCount, heads, sourceCount]);
}

/** Sums over the edges from each head, `[heads in all]`; 0 for heads in whose place latents of an autoencoder write. */
function outgoing(p: Tensor, graph: Graph): Tensor {
  const count = graph.sources.length;
  const zeros = (length: number) => (length > 0 ? [Tensor.zeros([length], { dtype: p.dtype })] : []);
  const sums = graph.groups.map((group) => {
    const { firstSource, sourceCount } = group;
    // One more, that nothing leaves.
    const behind = count + 1 - firstSource - sourceCount;
    return Tensor.cat([...zeros(firstSource), partOf(p, group).sum([0, 1]), ...zeros(behind)]);
  });
  const writing = new Map(graph.sources.filter(({ kind }) => kind === "head").map(({ name, index }) => [name, index]));
  const { layers, heads: perBlock } = graph.config;
  const heads = Array.from(
    { length: layers * perBlock },
    (_, head) => writing.get(`A${Math.floor(head / perBlock)}.${head % perBlock}`) ?? count,
  );
  return Tensor.stack(sums).sum(0).indexSelect(0, heads);
}

/** Sums over the edges into each head; where heads share keys and values each has them all. */
function incoming(p: Tensor, graph: Graph): Tensor {
  const { layers, heads } = graph.config;
  return Tensor.cat(
    Array.from({ length: layers }, (_, layer) => {
      const read = graph.groups.filter(({ block, kind }) => block === layer && ["q", "k", "v", "qkv"].includes(kind));
      const sums = read.map((group) =>
        partOf(p, group)
          .sum([0, 2])
          .repeatInterleave(heads / group.heads, 0),
      );
      return sums.length > 0 ? Tensor.stack(sums).sum(0) : Tensor.zeros([heads], { dtype: p.dtype });
    }),
  );
}
