import type { Expression } from "./node.ts";
import { Selector } from "./selector.ts";

/** The direct sub-expressions, in the order that fixes labels. */
export function childrenOf(expression: Expression): readonly Expression[] {
  if (expression instanceof Selector) {
    const { node } = expression;
    if (node.kind === "select") return [node.keys, node.queries];
    return node.kind === "selector-not" ? [node.inner] : [node.fst, node.snd];
  }
  const { node } = expression;
  switch (node.kind) {
    case "tokens":
    case "indices":
    case "length":
    case "full":
      return [];
    case "map":
      return [node.inner];
    case "sequence-map":
    case "linear-sequence-map":
      return [node.fst, node.snd];
    case "selector-width":
      return [node.selector];
    case "aggregate":
      return [node.selector, node.value];
  }
}

/** Every expression reachable from `root`, once each, root first, breadth first. */
export function allExpressions(root: Expression): Expression[] {
  const seen = new Set<Expression>([root]);
  for (const expression of seen) for (const child of childrenOf(expression)) seen.add(child);
  return [...seen];
}
