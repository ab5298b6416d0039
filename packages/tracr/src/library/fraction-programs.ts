import { aggregate, indices, linearSequenceMap, select, tokens } from "../language/primitives.ts";
import type { SOp } from "../language/sop.ts";
import type { Value } from "../values/value.ts";
import { makeLength } from "./position-programs.ts";

type Categorical<T extends Value> = SOp<T, "categorical">;
type Numerical<T extends Value> = SOp<T, "numerical">;

/** The fraction of positions up to here at which `bools` holds. */
export function makeFracPrevs(bools: SOp<boolean>): Numerical<number> {
  const previous = select(indices, indices, "leq");
  return aggregate(previous, bools.numerical(), { default: 0 }).named("frac_prevs");
}

/** Fraction of opening minus fraction of closing tokens up to here; 0 where they balance. */
export function makePairBalance<T extends Value>(sop: Categorical<T>, open: T, close: T): Numerical<number> {
  const opens = makeFracPrevs(sop.eq(open).numerical().named("bools_open")).named("opens");
  const closes = makeFracPrevs(sop.eq(close).numerical().named("bools_close")).named("closes");
  return linearSequenceMap(opens, closes, 1, -1).named("pair_balance");
}

/**
 * Whether the input is a shuffle of balanced bracket strings, one per pair: nothing closes before it opens, and all is closed at
 * the end. The answer is the same at every position.
 *
 * @param pairs two-character strings, opening then closing, such as `["()", "{}"]`
 */
export function makeShuffleDyck(pairs: readonly string[]): Categorical<boolean> {
  const balances = pairs.map((pair) => makePairBalance(tokens, pair[0]!, pair[1]!).named(`balance_${pair}`));
  const negative = balances.map((balance): Categorical<boolean> => balance.lt(0)).reduce((any, next) => any.or(next));
  const anyNegative = negative
    .map((value) => value)
    .numerical()
    .named("any_negative");
  const selectAll = select(indices, indices, "true").named("select_all");
  const hasNegative = aggregate(selectAll, anyNegative, { default: 0 }).named("has_neg");
  const allZero = balances.map((balance): Categorical<boolean> => balance.eq(0)).reduce((all, next) => all.and(next));
  const selectLast = select(indices, makeLength().sub(1), "eq").named("select_last");
  const lastZero = aggregate(selectLast, allZero).named("last_zero");
  return lastZero.and(hasNegative.not().named("not_has_neg")).named("shuffle_dyck");
}

/** The program of AutoCircuit's `xproportion` model: the fraction of `x` among the tokens up to here. */
export function xproportionProgram(): Numerical<number> {
  return makeFracPrevs(tokens.eq("x"));
}
