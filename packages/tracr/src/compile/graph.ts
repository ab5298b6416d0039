import { allExpressions, childrenOf } from "../language/children.ts";
import type { Expression } from "../language/node.ts";
import type { SOp } from "../language/sop.ts";

/** An expression of a program, with the label that names its directions. */
export interface GraphNode {
  readonly label: string;
  readonly expression: Expression;
  /** In the order of the expression's operands; the same node twice where both operands are one expression. */
  readonly children: readonly GraphNode[];
}

/** A program as a graph, one node per label. */
export interface ProgramGraph {
  readonly root: GraphNode;
  /** In order of discovery, breadth first. Matrix layouts depend on it. */
  readonly nodes: readonly GraphNode[];
  /** Label of every expression; copies of `tokens` or `indices` share theirs. */
  readonly labels: ReadonlyMap<Expression, string>;
}

const primitives = new Set(["tokens", "indices", "length"]);

/**
 * Extracts the graph. Labels are `name_ID` with IDs 1, 2, 3, ... in order of discovery, which is what tracr gives the first program
 * of a fresh process; the primitives are labelled by their names alone. Shared sub-expressions are visited once.
 */
export function programGraph(program: SOp): ProgramGraph {
  const expressions = allExpressions(program);
  const labels = new Map<Expression, string>();
  let id = 0;
  for (const expression of expressions) {
    const { kind } = expression.node;
    labels.set(expression, primitives.has(kind) ? kind : `${expression.name}_${++id}`);
  }
  const byLabel = new Map<string, { label: string; expression: Expression; children: GraphNode[] }>();
  for (const [expression, label] of labels) {
    if (!byLabel.has(label)) byLabel.set(label, { label, expression, children: [] });
  }
  for (const node of byLabel.values()) {
    node.children = childrenOf(node.expression).map((child) => byLabel.get(labels.get(child)!)!);
  }
  return { root: byLabel.get(labels.get(program)!)!, nodes: [...byLabel.values()], labels };
}

/** The nodes with every child before its parents. */
export function childrenFirst(graph: ProgramGraph): GraphNode[] {
  const done = new Set<GraphNode>();
  const stack: GraphNode[] = [graph.root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const waiting = node.children.filter((child) => !done.has(child));
    if (waiting.length > 0) {
      stack.push(...waiting);
    } else {
      done.add(node);
      stack.pop();
    }
  }
  return [...done];
}
