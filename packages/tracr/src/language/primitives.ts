import { RaspError } from "../rasp-error.ts";
import type { Token, Value } from "../values/value.ts";
import { asBoolean, kindOf, requireFunction, requireValue } from "./call-function.ts";
import { type Comparison, compare, comparisons } from "./comparison.ts";
import type { Binary } from "./node.ts";
import { Selector } from "./selector.ts";
import { SOp } from "./sop.ts";

type Categorical<T extends Value> = SOp<T, "categorical">;
type Numerical<T extends Value> = SOp<T, "numerical">;

/** The input sequence. For a vocabulary of one type see {@link tokensOf}. */
export const tokens: Categorical<Token> = new SOp({ kind: "tokens" });

/**
 * `tokens`, typed for a vocabulary of one type. The same expression; only the editor sees the difference.
 *
 * @example
 * const doubled = tokensOf<number>().mul(2);
 */
export function tokensOf<T extends Token>(): Categorical<T> {
  return tokens as SOp as Categorical<T>;
}

/** 0, 1, 2, ... */
export const indices: Categorical<number> = new SOp({ kind: "indices" });

/** The length of the input at every position. Evaluates; to compile, use the library's `length` program, which counts. */
export const length: Categorical<number> = new SOp({ kind: "length" });

/** Applies `f` to two sequences, position by position. Both must be categorical to compile. */
export function sequenceMap<A extends Value, B extends Value, R extends Value>(
  f: (first: A, second: B) => R | null,
  fst: Categorical<A>,
  snd: Categorical<B>,
): Categorical<R> {
  requireFunction(f, "sequenceMap");
  requireSequences("sequenceMap", fst, snd);
  return new SOp({ kind: "sequence-map", f: f as unknown as Binary, fst, snd });
}

/**
 * `fstFactor * fst + sndFactor * snd` of two numerical sequences; itself numerical.
 *
 * @throws RaspError `bad-input` for a factor that is no finite number
 */
export function linearSequenceMap(
  fst: Numerical<number | boolean>,
  snd: Numerical<number | boolean>,
  fstFactor: number,
  sndFactor: number,
): Numerical<number> {
  requireSequences("linearSequenceMap", fst, snd);
  for (const [name, factor] of Object.entries({ fstFactor, sndFactor })) {
    if (!Number.isFinite(factor))
      throw bad(`linearSequenceMap: ${name} is ${kindOf(factor)}; it must be a finite number`);
  }
  return new SOp({ kind: "linear-sequence-map", fst, snd, fstFactor, sndFactor }, { encoding: "numerical" });
}

/** The same value everywhere. Useful inside selectors that are combined; it has no transformer block of its own. */
export function full<T extends Value>(fill: T): Categorical<T> {
  requireValue(fill, "full");
  return new SOp({ kind: "full", fill });
}

/**
 * Selects the keys for which the predicate holds, for every query.
 *
 * @param predicate a comparison, meaning `key OP query`, or any function of key and query
 * @example
 * const before = select(indices, indices, "leq");                     // every earlier position and this one
 * const previous = select(indices, indices, (key, query) => query === key + 1);
 */
export function select<K extends Value, Q extends Value>(
  keys: Categorical<K>,
  queries: Categorical<Q>,
  predicate: Comparison | ((key: K, query: Q) => boolean),
): Selector {
  requireSequences("select", keys, queries);
  if (typeof predicate !== "function" && !comparisons.includes(predicate)) {
    throw bad(`select: ${kindOf(predicate)} is no comparison; there are ${comparisons.join(", ")}, or give a function`);
  }
  const holds =
    typeof predicate === "string"
      ? (key: Value, query: Value) => compare(predicate, key, query)
      : (key: Value, query: Value) => asBoolean(predicate(key as K, query as Q), key, query);
  return new Selector({ kind: "select", keys, queries, predicate: holds });
}

/** How many keys a selector selects, for every query. */
export function selectorWidth(selector: Selector): Categorical<number> {
  requireSelector("selectorWidth", selector);
  return new SOp({ kind: "selector-width", selector });
}

/**
 * The mean of the selected values. Where nothing is selected: undefined for a categorical sequence, 0 for a numerical one, or
 * `options.default` (no other default compiles). The encoding is that of `value`.
 *
 * A categorical aggregate should select positions that agree: a mixture of several values has no direction of its own.
 */
export function aggregate<T extends Value>(
  selector: Selector,
  value: Categorical<T>,
  options?: { default?: T | null },
): Categorical<T>;
export function aggregate(
  selector: Selector,
  value: Numerical<number | boolean>,
  options?: { default?: number | null },
): Numerical<number>;
export function aggregate(selector: Selector, value: SOp, options: { default?: Value | null } = {}): SOp {
  requireSelector("aggregate", selector);
  requireSequences("aggregate", value);
  if (options.default !== undefined && options.default !== null)
    requireValue(options.default, "aggregate: its default");
  const { encoding } = value;
  const usual = encoding === "numerical" ? 0 : null;
  const fallback = options.default === undefined ? usual : options.default;
  return new SOp({ kind: "aggregate", selector, value, fallback }, { encoding });
}

function requireSequences(where: string, ...sequences: readonly unknown[]): void {
  for (const sequence of sequences) {
    if (sequence instanceof SOp) continue;
    const what = sequence instanceof Selector ? "a selector" : kindOf(sequence);
    throw bad(`${where}: it takes sequences such as tokens, not ${what}`);
  }
}

function requireSelector(where: string, selector: unknown): void {
  if (selector instanceof Selector) return;
  throw bad(
    `${where}: it takes a selector (see select), not ${selector instanceof SOp ? "a sequence" : kindOf(selector)}`,
  );
}

function bad(message: string): RaspError {
  return new RaspError("bad-input", message);
}
