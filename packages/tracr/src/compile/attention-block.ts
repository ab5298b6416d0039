import type { Value } from "../values/value.ts";
import type { AttentionHead } from "./block.ts";
import { type Direction, one } from "./direction.ts";
import { Matrix } from "./matrix.ts";
import { Space } from "./space.ts";

/** Logit of a selected key. Large, so that the softmax is close to choosing. */
const coldness = 100;

/** What distinguishes the heads of aggregates from those of selector widths. */
export interface HeadSpec {
  readonly queries: Space;
  readonly keys: Space;
  readonly values: Space;
  readonly output: Space;
  readonly predicate: (key: Value, query: Value) => boolean;
  readonly bos: Direction;
  /**
   * Whether BOS takes part as a key like any selected one and passes its own value on (selector widths), instead of catching the
   * attention only where nothing is selected, and contributing nothing (aggregates).
   */
  readonly attendBos: boolean;
  /** Padding token that no query attends to; tracr has no such mask. */
  readonly pad?: Direction;
}

/** A head whose attention pattern is the selector's matrix, divided by its row sums. */
export function attentionHead(spec: HeadSpec): AttentionHead {
  const { bos, attendBos, output, pad } = spec;
  const oneSpace = new Space([one]);
  const bosSpace = new Space([bos]);
  const padSpace = new Space(pad === undefined ? [] : [pad]);
  const query = Space.join(spec.queries, bosSpace, oneSpace);
  const key = Space.join(spec.keys, bosSpace, padSpace);
  const value = Space.join(spec.values, bosSpace);

  const qk = new Matrix(query.size, key.size);
  for (const q of spec.queries.directions) {
    for (const k of spec.keys.directions) {
      if (spec.predicate(k.value!, q.value!)) qk.set(query.index(q), key.index(k), coldness);
    }
  }
  qk.set(query.index(one), key.index(bos), attendBos ? coldness : coldness / 2);
  // Even a selected pad (by its index) then stays far below BOS.
  if (pad !== undefined) qk.set(query.index(one), key.index(pad), -4 * coldness);

  const ov = new Matrix(value.size, output.size);
  spec.values.directions.forEach((direction, i) => {
    ov.set(value.index(direction), i, 1);
  });
  return { query, key, value, output, qk, ov };
}
