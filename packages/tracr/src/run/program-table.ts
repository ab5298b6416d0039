import type { CompiledModel } from "../compile/compile.ts";
import { Selector } from "../language/selector.ts";
import { expressionNodes } from "./expression-nodes.ts";

/** One expression of a compiled program. */
export interface ProgramRow {
  /** Its label: `aggregate_1`, `tokens`, ... */
  readonly expression: string;
  readonly valueKind: "categorical" | "numerical" | "selector";
  /** Where it is computed: `A3.0`, `MLP 1`, `A0.0, MLP 0`, `Resid Start`. */
  readonly node: string;
  /** The block in which the result is complete; `null` for the model's inputs. */
  readonly block: number | null;
}

/**
 * The expressions of a program with the place of each in the model, in order of discovery (the program itself first).
 *
 * @example
 * console.table(programTable(compileLibraryProgram("reverse")));
 */
export function programTable(compiled: CompiledModel): ProgramRow[] {
  const nodes = expressionNodes(compiled);
  return compiled.stages.graph.nodes.map(({ label, expression }) => {
    const places = nodes.get(label)!;
    const blocks = places.flatMap((name) => /\d+/.exec(name)?.map(Number) ?? []);
    return {
      expression: label,
      valueKind: expression instanceof Selector ? "selector" : expression.encoding,
      node: places.join(", "),
      block: blocks.length === 0 ? null : Math.max(...blocks),
    };
  });
}
