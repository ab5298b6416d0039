import type { ModelConfig } from "../compile/assemble.ts";

/** A node that writes to the residual stream, or one that reads from it. Blocks count twice: attention, then MLP. */
export interface ModelNode {
  /** `Resid Start`, `A0.1`, `MLP 2`; as a destination `A0.1.Q`, `A0.1.K`, `A0.1.V`, `MLP 2`, `Resid End`. */
  readonly name: string;
  /** An edge exists where the source's depth is below the destination's. */
  readonly depth: number;
}

/** The nodes of a model that write, in network order. */
export function sourceNodes({ layers, heads }: ModelConfig): ModelNode[] {
  const nodes: ModelNode[] = [{ name: "Resid Start", depth: 0 }];
  for (let l = 0; l < layers; l++) {
    for (let h = 0; h < heads; h++) nodes.push({ name: `A${l}.${h}`, depth: 2 * l + 1 });
    nodes.push({ name: `MLP ${l}`, depth: 2 * l + 2 });
  }
  return nodes;
}

/** The nodes of a model that read, in network order. */
export function destinationNodes({ layers, heads }: ModelConfig): ModelNode[] {
  const nodes: ModelNode[] = [];
  for (let l = 0; l < layers; l++) {
    for (let h = 0; h < heads; h++) {
      for (const input of ["Q", "K", "V"]) nodes.push({ name: `A${l}.${h}.${input}`, depth: 2 * l + 1 });
    }
    nodes.push({ name: `MLP ${l}`, depth: 2 * l + 2 });
  }
  return [...nodes, { name: "Resid End", depth: 2 * layers + 1 }];
}

/** The name of an edge. */
export function edgeName(source: string, destination: string): string {
  return `${source}->${destination}`;
}

/** Names of all edges of a model. */
export function allEdges(config: ModelConfig): string[] {
  const sources = sourceNodes(config);
  return destinationNodes(config).flatMap((destination) =>
    sources
      .filter((source) => source.depth < destination.depth)
      .map((source) => edgeName(source.name, destination.name)),
  );
}
