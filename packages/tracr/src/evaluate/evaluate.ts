import { callFunction, callPredicate } from "../language/call-function.ts";
import type { Expression, SOpNode } from "../language/node.ts";
import type { Selector } from "../language/selector.ts";
import type { SOp } from "../language/sop.ts";
import { RaspError } from "../rasp-error.ts";
import { isArithmeticFailure, isValue, type Token, type Value } from "../values/value.ts";
import { meanOf } from "./mean.ts";

/** How to evaluate. */
export interface EvaluateOptions {
  /** Hide later positions from every selector, as a causal model does. Default false. */
  readonly causal?: boolean;
}

/** A boolean matrix, `[query][key]`. */
export type SelectorMatrix = readonly (readonly boolean[])[];

/**
 * Evaluates a program as the language defines it; what a compiled model should give. `null` marks undefined positions.
 *
 * @throws RaspError naming the expression where a program has no value: an undefined key or query, a mean of words
 * @example
 * evaluate(makeHist(), ["a", "b", "a"]);   // [2, 1, 2]
 */
export function evaluate<T extends Value>(
  program: SOp<T>,
  input: readonly Token[],
  options: EvaluateOptions = {},
): (T | null)[] {
  return new Evaluation(input, options).sequence(program) as (T | null)[];
}

/** Evaluates a selector. */
export function evaluateSelector(
  selector: Selector,
  input: readonly Token[],
  options: EvaluateOptions = {},
): SelectorMatrix {
  return new Evaluation(input, options).matrix(selector);
}

/** One input's values of all expressions asked for; shared sub-expressions are computed once. */
export class Evaluation {
  private readonly sequences = new Map<SOp, readonly (Value | null)[]>();
  private readonly matrices = new Map<Selector, SelectorMatrix>();
  private readonly causal: boolean;

  constructor(
    private readonly input: readonly Token[],
    options: EvaluateOptions,
  ) {
    if (!Array.isArray(input) || !input.every(isValue)) {
      throw new RaspError("bad-input", "the input is a list of tokens, each a text or a number");
    }
    this.causal = options.causal ?? false;
  }

  sequence(sop: SOp): readonly (Value | null)[] {
    const known = this.sequences.get(sop);
    if (known !== undefined) return known;
    const result = this.compute(sop, sop.node);
    this.sequences.set(sop, result);
    return result;
  }

  matrix(selector: Selector): SelectorMatrix {
    const known = this.matrices.get(selector);
    if (known !== undefined) return known;
    const full = this.unmasked(selector);
    const result = this.causal ? full.map((row, q) => row.map((selected, k) => selected && k <= q)) : full;
    this.matrices.set(selector, result);
    return result;
  }

  private compute(sop: SOp, node: SOpNode): (Value | null)[] {
    const { input } = this;
    switch (node.kind) {
      case "tokens":
        return [...input];
      case "indices":
        return input.map((_, i) => i);
      case "length":
        return input.map(() => input.length);
      case "full":
        return input.map(() => node.fill);
      case "map":
        return this.sequence(node.inner).map((x) => (x === null ? null : result(callFunction(sop.name, node.f, x))));
      case "sequence-map":
        return this.pairwise(node.fst, node.snd, (x, y) => callFunction(sop.name, node.f, x, y));
      case "linear-sequence-map":
        return this.pairwise(node.fst, node.snd, (x, y) => node.fstFactor * Number(x) + node.sndFactor * Number(y));
      case "selector-width":
        return this.matrix(node.selector).map((row) => row.filter(Boolean).length);
      case "aggregate": {
        const values = this.sequence(node.value);
        return this.matrix(node.selector).map((row, q) => {
          const selected = values.filter((_, k) => row[k]);
          return selected.length === 0 ? node.fallback : meanOf(selected, sop, q);
        });
      }
    }
  }

  private pairwise(fst: SOp, snd: SOp, f: (x: Value, y: Value) => Value | null): (Value | null)[] {
    const right = this.sequence(snd);
    return this.sequence(fst).map((x, i) => {
      const y = right[i]!;
      return x === null || y === null ? null : result(f(x, y));
    });
  }

  private unmasked({ node, name }: Selector): SelectorMatrix {
    if (node.kind === "select") {
      const keys = this.sequence(node.keys).map((key, i) => definedAt(key, i, "key", name, node.keys));
      const queries = this.sequence(node.queries).map((query, i) => definedAt(query, i, "query", name, node.queries));
      return queries.map((query) => keys.map((key) => callPredicate(name, node.predicate, key, query)));
    }
    if (node.kind === "selector-not") return this.matrix(node.inner).map((row) => row.map((selected) => !selected));
    const right = this.matrix(node.snd);
    const both = node.kind === "selector-and";
    return this.matrix(node.fst).map((row, q) =>
      row.map((selected, k) => (both ? selected && right[q]![k]! : selected || right[q]![k]!)),
    );
  }
}

function result(value: Value | null): Value | null {
  return isArithmeticFailure(value) ? null : value;
}

function definedAt(value: Value | null, i: number, role: string, name: string, sop: Expression): Value {
  if (value !== null) return value;
  throw new RaspError(
    "evaluation",
    `${name}: its ${role} ${sop.name} is undefined at position ${i}, so nothing can be compared there; ` +
      "give the sequence a value everywhere before selecting by it",
    name,
  );
}
