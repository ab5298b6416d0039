import { aggregate, indices, select, selectorWidth, sequenceMap, tokens } from "../language/primitives.ts";
import type { SOp } from "../language/sop.ts";
import type { Value } from "../values/value.ts";

type Categorical<T extends Value> = SOp<T, "categorical">;

/** How often each token occurs. */
export function makeHist(): Categorical<number> {
  return selectorWidth(select(tokens, tokens, "eq").named("same_tok")).named("hist");
}

/** `values` in the order of `keys`, which must all differ. */
export function makeSortUnique<V extends Value, K extends Value>(
  values: Categorical<V>,
  keys: Categorical<K>,
): Categorical<V> {
  const position = selectorWidth(select(keys, keys, "lt").named("smaller")).named("target_pos");
  return aggregate(select(position, indices, "eq"), values).named("sort");
}

/** What makes equal keys differ without changing the order of others. */
export interface SortOptions {
  /** The model's maxSeqLen. */
  readonly maxSeqLen: number;
  /** The smallest distance between two different keys. */
  readonly minKey: number;
}

/** `values` in the order of `keys`; equal keys keep their order. */
export function makeSort<V extends Value>(
  values: Categorical<V>,
  keys: Categorical<number>,
  { maxSeqLen, minKey }: SortOptions,
): Categorical<V> {
  const distinct = sequenceMap((key: number, i: number) => key + (minKey * i) / maxSeqLen, keys, indices);
  return makeSortUnique(values, distinct.annotated({ floats: true }));
}

/** The tokens, most frequent first; tokens of equal frequency keep their order. */
export function makeSortFreq(maxSeqLen: number): Categorical<Value> {
  return makeSort(tokens, makeHist().mul(-1), { maxSeqLen, minKey: 1 }).named("sort_freq");
}

/** How many tokens occur at most `n` times. */
export function makeCountLessFreq(n: number): Categorical<number> {
  const hist = makeHist();
  return selectorWidth(select(hist, hist, (key) => key <= n).named("select_less")).named("count_less_freq");
}

/** How often `value` occurs. */
export function makeCount<T extends Value>(sop: Categorical<T>, value: T): Categorical<number> {
  return selectorWidth(select(sop, sop, (key) => key === value)).named(`count_${String(value)}`);
}
