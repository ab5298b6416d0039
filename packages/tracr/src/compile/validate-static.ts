import type { Expression, SOpNode } from "../language/node.ts";
import { Selector } from "../language/selector.ts";
import type { SOp } from "../language/sop.ts";
import { RaspError } from "../rasp-error.ts";
import { printValue } from "../values/print.ts";
import { sameValue } from "../values/value.ts";
import { type ProgramGraph, programGraph } from "./graph.ts";

/** Something in a program that cannot be compiled. */
export interface ProgramIssue {
  /** Label of the expression at fault. */
  readonly expression: string;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

/**
 * Everything in a program that no transformer of this kind can compute, expression by expression. What depends on the values (a
 * numerical aggregate of other numbers than 0 and 1) shows only when a vocabulary is known, in `compile`.
 */
export function staticIssues(program: SOp): ProgramIssue[] {
  return graphIssues(programGraph(program));
}

/** Throws one {@link RaspError} listing all issues, if there are any. */
export function validateStatic(graph: ProgramGraph): void {
  const issues = graphIssues(graph);
  if (issues.length === 0) return;
  const lines = issues.map(({ expression, message }) => `${expression}: ${message}`);
  throw new RaspError("unsupported", lines.join("\n"), issues[0]!.expression);
}

function graphIssues(graph: ProgramGraph): ProgramIssue[] {
  const issues: ProgramIssue[] = [];
  for (const [expression, label] of graph.labels) {
    for (const message of expressionIssues(expression, graph)) issues.push({ expression: label, message });
  }
  const rootKind = graph.root.expression.node.kind;
  if (rootKind === "tokens" || rootKind === "indices") {
    issues.push({
      expression: graph.root.label,
      message:
        "the program is an input of the model and computes nothing; map it first, for instance tokens.map((x) => x)",
    });
  } else if (!graph.nodes.some((node) => node.expression.node.kind === "tokens")) {
    issues.push({
      expression: graph.root.label,
      message:
        'the program never reads tokens; use them somewhere, for instance as keys of select(tokens, tokens, "true")',
    });
  }
  return issues;
}

function expressionIssues(expression: Expression, graph: ProgramGraph): string[] {
  if (expression instanceof Selector) return selectorIssues(expression, graph);
  const { node } = expression;
  switch (node.kind) {
    case "tokens":
    case "indices":
      if (expression.encoding === "categorical") return [];
      return [
        `${node.kind} are one-hot in the model and cannot be numerical; write ${node.kind}.map((x) => x).numerical()`,
      ];
    case "length":
      return ['length is not an input of the model; count it: selectorWidth(select(tokens, tokens, "true"))'];
    case "full":
      return [
        `a constant has no block; write tokens.map(() => ${printValue(node.fill)}), or combine it away inside selectors`,
      ];
    case "selector-width":
      return compositeIssue(node.selector);
    case "aggregate":
      return [...compositeIssue(node.selector), ...aggregateIssues(expression, node)];
    case "sequence-map":
      return sequenceMapIssues(expression, node.fst, node.snd, graph);
    case "linear-sequence-map":
      return linearIssues(expression, node.fst, node.snd, graph);
    case "map":
      return [];
  }
}

function selectorIssues({ node }: Selector, graph: ProgramGraph): string[] {
  if (node.kind !== "select") return [];
  return Object.entries({ keys: node.keys, queries: node.queries })
    .filter(([, sop]) => sop.encoding !== "categorical")
    .map(
      ([role, sop]) =>
        `its ${role}, ${graph.labels.get(sop)}, are numerical; write ${role}.map((x) => x), which is categorical`,
    );
}

function compositeIssue(selector: Selector): string[] {
  if (selector.node.kind === "select") return [];
  return [
    `its selector is ${selector.name}, which combines selects of different keys or queries and fits no attention head; ` +
      "use selects over the same keys and the same queries, or one select over sequences that hold both (sequenceMap into tuples)",
  ];
}

function aggregateIssues(sop: SOp, node: Extract<SOpNode, { kind: "aggregate" }>): string[] {
  if (sop.encoding !== node.value.encoding) {
    const instead = `value.map((x) => x)${sop.encoding === "numerical" ? ".numerical()" : ""}`;
    return [
      `it is ${sop.encoding} but aggregates ${node.value.encoding} values; aggregate ${instead} to have both alike`,
    ];
  }
  const shown = node.fallback === null ? "undefined (null)" : printValue(node.fallback);
  if (sop.encoding === "categorical" && node.fallback !== null) {
    return [
      `a categorical aggregate of nothing is always undefined, its default cannot be ${shown}; leave the default out`,
    ];
  }
  if (sop.encoding === "numerical" && !sameValue(node.fallback, 0)) {
    return [
      `a numerical aggregate of nothing is always 0, its default cannot be ${shown}; write { default: 0 } or leave it out`,
    ];
  }
  return [];
}

function sequenceMapIssues(sop: SOp, fst: SOp, snd: SOp, graph: ProgramGraph): string[] {
  const numerical = [...new Set([fst, snd])].filter((input) => input.encoding !== "categorical");
  const issues = numerical.map(
    (input) =>
      `${graph.labels.get(input)} is numerical; a sequenceMap reads categorical sequences: use linearSequenceMap, or map it first: .map((x) => x)`,
  );
  if (sop.encoding !== "categorical") {
    issues.push("a sequenceMap cannot give a number directly; write sequenceMap(...).map((x) => x).numerical()");
  }
  return issues;
}

function linearIssues(sop: SOp, fst: SOp, snd: SOp, graph: ProgramGraph): string[] {
  const categorical = [...new Set([fst, snd])].filter((input) => input.encoding !== "numerical");
  const issues = categorical.map(
    (input) =>
      `${graph.labels.get(input)} is categorical; a linearSequenceMap adds numbers: write .map((x) => x).numerical(), or use sequenceMap`,
  );
  if (sop.encoding !== "numerical") {
    issues.push("a linearSequenceMap gives a number; leave .categorical() out, or map it: .map((x) => x)");
  }
  return issues;
}
