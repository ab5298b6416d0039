import { aggregate, indices, select, selectorWidth, sequenceMap, tokens } from "../language/primitives.ts";
import type { SOp } from "../language/sop.ts";
import type { Token, Value } from "../values/value.ts";

type Categorical<T extends Value> = SOp<T, "categorical">;

const countedLength = selectorWidth(select(tokens, tokens, "true").named("all_true_selector")).named("length");

/** The length of the input, counted by attention. One shared expression, so that programs using it twice compute it once. */
export function makeLength(): Categorical<number> {
  return countedLength;
}

/** The sequence backwards. */
export function makeReverse<T extends Value>(sop: Categorical<T>): Categorical<T> {
  const opposite = makeLength().sub(indices).named("opp_idx").sub(1).named("opp_idx-1");
  return aggregate(select(indices, opposite, "eq").named("reverse_selector"), sop).named("reverse");
}

/** The sequence moved right by `offset` positions; undefined where nothing was moved in. */
export function makeShiftBy<T extends Value>(offset: number, sop: Categorical<T>): Categorical<T> {
  const source = select(indices, indices, (key, query) => query === key + offset);
  return aggregate(source, sop).named(`shift_by(${offset})`);
}

/** Whether the last `pattern.length` tokens are the pattern. */
export function makeDetectPattern<T extends Value>(sop: Categorical<T>, pattern: readonly T[]): Categorical<boolean> {
  const matches = pattern.map((value, i) => {
    const shift = pattern.length - 1 - i;
    const equal: Categorical<boolean> = sop.eq(value);
    return shift === 0 ? equal : makeShiftBy(shift, equal);
  });
  return matches.reduce((all, next) => all.and(next)).named(`detect_pattern(${pattern.join("")})`);
}

/** `f` of any number of sequences: nested sequence maps collect tuples, and a map applies `f`. */
export function makeNarySequenceMap<R extends Value>(
  f: (...values: never[]) => R | null,
  first: Categorical<Value>,
  ...rest: readonly Categorical<Value>[]
): Categorical<R> {
  const [second, ...others] = rest;
  if (second === undefined) return first.map((value) => (f as (value: Value) => R | null)(value));
  const pair = sequenceMap((a: Value, b: Value): Value => [a, b], first, second);
  const tuple = others.reduce<Categorical<Value>>(
    (collected, next) => sequenceMap((a: Value, b: Value): Value => [...(a as Value[]), b], collected, next),
    pair,
  );
  return tuple.map((values) => (f as (...values: Value[]) => R | null)(...(values as Value[])));
}

/** The program of AutoCircuit's `reverse` model: `makeReverse(tokens)` without names. */
export function reverseProgram(): Categorical<Token> {
  const length = selectorWidth(select(tokens, tokens, "true"));
  return aggregate(select(indices, length.sub(indices).sub(1), "eq"), tokens);
}
