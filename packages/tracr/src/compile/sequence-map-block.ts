import { callFunction } from "../language/call-function.ts";
import { RaspError } from "../rasp-error.ts";
import type { Value } from "../values/value.ts";
import type { Mlp } from "./block.ts";
import { direction, one } from "./direction.ts";
import { categoricalMap, checkResult } from "./map-block.ts";
import { Matrix } from "./matrix.ts";
import type { CompileMode } from "./options.ts";
import { Space } from "./space.ts";

/** A function of two categorical inputs. */
export interface SequenceMapSpec {
  readonly label: string;
  readonly fst: Space;
  readonly snd: Space;
  readonly output: Space;
  readonly f: (first: Value, second: Value) => Value | null;
  readonly mode: CompileMode;
}

/** One hidden unit per pair of values, their logical and; the second layer is the lookup table. */
export function sequenceMapBlock(spec: SequenceMapSpec): Mlp {
  const { label, fst, snd, output, f, mode } = spec;
  if (fst.equals(snd)) return categoricalMap({ label, input: fst, output, f: (value) => f(value, value), mode });
  const input = Space.join(fst, snd, new Space([one]));
  if (input.size !== fst.size + snd.size + 1) {
    throw new RaspError("unsupported", `${label}: its two inputs share directions; map one of them first`, label);
  }
  const pairs = fst.directions.flatMap((a) =>
    snd.directions.map((b) => ({ a, b, unit: direction(`_hidden_${label}_`, [a.name, a.value!, b.name, b.value!]) })),
  );
  const hidden = new Space(pairs.map(({ unit }) => unit));
  const first = new Matrix(input.size, hidden.size);
  const second = new Matrix(hidden.size, output.size);
  for (const { a, b, unit } of pairs) {
    const h = hidden.index(unit);
    first.set(input.index(a), h, 1);
    first.set(input.index(b), h, 1);
    first.set(input.index(one), h, -1);
    const result = checkResult(spec, callFunction(label, f, a.value!, b.value!), () =>
      JSON.stringify([a.value, b.value]),
    );
    const j = result === null ? -1 : output.find(direction(label, result));
    if (j >= 0) second.set(h, j, 1);
  }
  return { input, hidden, output, first, second };
}
