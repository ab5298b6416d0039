import { Selector } from "../language/selector.ts";
import type { AttentionHead, Block, Mlp } from "./block.ts";
import { childrenFirst, type GraphNode, type ProgramGraph } from "./graph.ts";
import { parallelMlps } from "./parallel.ts";

/** A head and the expression it serves. */
export interface PlacedHead {
  readonly node: GraphNode;
  readonly head: AttentionHead;
}

/** One block of the transformer. Either part may be empty. */
export interface Layer {
  readonly heads: readonly PlacedHead[];
  readonly mlp: Mlp | null;
  /** The expressions the MLP serves. */
  readonly mlpNodes: readonly GraphNode[];
}

/** Where everything went. */
export interface Allocation {
  readonly layers: readonly Layer[];
  /** Longest path from a source, counting sequence expressions. */
  readonly depths: ReadonlyMap<GraphNode, number>;
  /** Half-layer before packing: 2i the attention of layer i, 2i + 1 its MLP; a pair has that of its head. */
  readonly halfLayers: ReadonlyMap<GraphNode, number>;
}

/** Distributes blocks over layers: by depth, condensed, then packed. */
export function allocate(graph: ProgramGraph, blocks: ReadonlyMap<GraphNode, Block>): Allocation {
  const depths = depthsOf(graph);
  const levels = condense(graph, blocks, depths);
  const halfLayers = new Map<GraphNode, number>();
  const modules = new Map<number, { node: GraphNode; block: Block }[]>();
  const place = (half: number, node: GraphNode, block: Block): void => {
    const module = modules.get(half) ?? [];
    module.push({ node, block });
    modules.set(half, module);
  };
  for (const [node, block] of blocks) {
    const base = 2 * (levels.get(node)! - 1);
    halfLayers.set(node, block.kind === "mlp" ? base + 1 : base);
    if (block.kind !== "mlp") place(base, node, block);
    if (block.kind !== "attention") place(base + 1, node, block);
  }
  return { layers: pack(modules), depths, halfLayers };
}

function depthsOf(graph: ProgramGraph): Map<GraphNode, number> {
  const depths = new Map<GraphNode, number>();
  for (const node of childrenFirst(graph)) {
    const below = Math.max(0, ...node.children.map((child) => depths.get(child)!));
    const adds = node.children.length > 0 && !(node.expression instanceof Selector);
    depths.set(node, adds ? below + 1 : below);
  }
  return depths;
}

/**
 * Levels of the blocks: their depths, except that a level of attention alone shares its layer with a level of MLPs alone that
 * follows it.
 */
function condense(
  graph: ProgramGraph,
  blocks: ReadonlyMap<GraphNode, Block>,
  depths: ReadonlyMap<GraphNode, number>,
): Map<GraphNode, number> {
  const levels = new Map(graph.nodes.filter((node) => blocks.has(node)).map((node) => [node, depths.get(node)!]));
  const all = (level: number, kind: Block["kind"]): boolean =>
    [...levels].every(([node, at]) => at !== level || blocks.get(node)!.kind === kind);
  let last = Math.max(...levels.values());
  for (let level = Math.min(...levels.values()); level < last; level++) {
    if (!all(level, "attention") || !all(level + 1, "mlp")) continue;
    for (const [node, at] of levels) if (at > level) levels.set(node, at - 1);
    last--;
  }
  return levels;
}

/** Fills the slots attention 0, MLP 0, attention 1, ... in order; gaps close up. */
function pack(modules: ReadonlyMap<number, readonly { node: GraphNode; block: Block }[]>): Layer[] {
  const layers: { heads: PlacedHead[]; mlp: Mlp | null; mlpNodes: GraphNode[] }[] = [];
  let cursor = -1;
  for (const half of [...modules.keys()].sort((a, b) => a - b)) {
    cursor += cursor < 0 ? 1 + (half % 2) : (half - cursor) % 2 === 0 ? 2 : 1;
    while (layers.length <= cursor >> 1) layers.push({ heads: [], mlp: null, mlpNodes: [] });
    const layer = layers[cursor >> 1]!;
    const mlps: Mlp[] = [];
    for (const { node, block } of modules.get(half)!) {
      if (half % 2 === 0 && block.kind !== "mlp") layer.heads.push({ node, head: block.head });
      if (half % 2 === 1 && block.kind !== "attention") {
        layer.mlpNodes.push(node);
        mlps.push(block.mlp);
      }
    }
    if (mlps.length > 0) layer.mlp = parallelMlps(mlps);
  }
  return layers;
}
