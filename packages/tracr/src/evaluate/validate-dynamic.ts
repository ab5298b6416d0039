import { programGraph } from "../compile/graph.ts";
import { Selector } from "../language/selector.ts";
import type { SOp } from "../language/sop.ts";
import { RaspError } from "../rasp-error.ts";
import { sameValue, type Token, type Value } from "../values/value.ts";
import { type EvaluateOptions, Evaluation } from "./evaluate.ts";

/** Something that a compiled model cannot follow on one input. */
export interface DynamicIssue {
  /** Label of the expression at fault. */
  readonly expression: string;
  /** Where, or -1 for the whole sequence. */
  readonly position: number;
  readonly message: string;
}

/**
 * Evaluates a program on one input and reports where a compiled model may differ from it: categorical aggregates that average
 * different values (their mixture has no direction), numerical aggregates over anything but 0 and 1, and positions where the
 * program itself has no value.
 */
export function dynamicIssues(program: SOp, input: readonly Token[], options: EvaluateOptions = {}): DynamicIssue[] {
  const { labels } = programGraph(program);
  const evaluation = new Evaluation(input, options);
  const issues: DynamicIssue[] = [];
  try {
    evaluation.sequence(program);
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    return [{ expression: error.expression ?? "program", position: -1, message: error.message }];
  }
  for (const [expression, label] of labels) {
    if (expression instanceof Selector || expression.node.kind !== "aggregate") continue;
    const values = evaluation.sequence(expression.node.value);
    for (const [position, row] of evaluation.matrix(expression.node.selector).entries()) {
      const selected = values.filter((_, k) => row[k]);
      const message = expression.encoding === "categorical" ? mixture(selected) : nonBinary(selected);
      if (message !== null) issues.push({ expression: label, position, message: `${label}: ${message}` });
    }
  }
  return issues;
}

function mixture(selected: readonly (Value | null)[]): string | null {
  if (selected.every((value) => sameValue(value, selected[0]!))) return null;
  const shown = selected.map((value) => JSON.stringify(value)).join(", ");
  return `it is categorical but averages different values (${shown}); make it numerical, or select positions that agree`;
}

function nonBinary(selected: readonly (Value | null)[]): string | null {
  const wrong = selected.find((value) => !sameValue(value, 0) && !sameValue(value, 1));
  if (wrong === undefined) return null;
  return `a numerical aggregate averages zeros and ones, and here it meets ${JSON.stringify(wrong)}`;
}
