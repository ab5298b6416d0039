import type { CompiledModel } from "../compile/compile.ts";
import { Selector } from "../language/selector.ts";

/**
 * The model nodes that compute each expression, by label: `Resid Start` for tokens and indices, a head for an aggregate, an MLP for
 * the maps, a head and the MLP of its block for a selector width. A selector lives in the heads that use it.
 */
export function expressionNodes({ stages }: CompiledModel): Map<string, string[]> {
  const { graph, allocation } = stages;
  const nodes = new Map<string, string[]>(graph.nodes.map(({ label }) => [label, []]));
  for (const { label, expression, children } of graph.nodes) {
    if (children.length === 0 && !(expression instanceof Selector)) nodes.get(label)!.push("Resid Start");
  }
  allocation.layers.forEach(({ heads, mlpNodes }, l) => {
    heads.forEach(({ node }, h) => {
      nodes.get(node.label)!.push(`A${l}.${h}`);
      nodes.get(node.children[0]!.label)!.push(`A${l}.${h}`);
    });
    for (const node of mlpNodes) nodes.get(node.label)!.push(`MLP ${l}`);
  });
  return nodes;
}
