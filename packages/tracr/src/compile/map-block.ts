import { callFunction } from "../language/call-function.ts";
import { RaspError } from "../rasp-error.ts";
import { asNumber, isArithmeticFailure, type Value } from "../values/value.ts";
import type { Mlp } from "./block.ts";
import { direction } from "./direction.ts";
import { Matrix } from "./matrix.ts";
import type { CompileMode } from "./options.ts";
import { Space } from "./space.ts";

/** A function on the values of one categorical input. */
export interface MapSpec {
  readonly label: string;
  readonly input: Space;
  readonly output: Space;
  readonly f: (value: Value) => Value | null;
  readonly mode: CompileMode;
}

/** Categorical to categorical: a lookup table. The hidden units are the output directions themselves. */
export function categoricalMap(spec: MapSpec): Mlp {
  const { input, output } = spec;
  const first = new Matrix(input.size, output.size);
  input.directions.forEach(({ value }, i) => {
    const result = callChecked(spec, value!);
    const j = result === null ? -1 : output.find(direction(spec.label, result));
    if (j >= 0) first.set(i, j, 1);
  });
  const second = new Matrix(output.size, output.size);
  for (let j = 0; j < output.size; j++) second.set(j, j, 1);
  return { input, hidden: output, output, first, second };
}

/**
 * Categorical to numerical: one hidden unit holding the result. Its relu cuts negative results to 0, so in `corrected` mode they
 * get a unit of their own, subtracted in the output.
 */
export function numericalMap(spec: MapSpec): Mlp {
  const { input, output, label } = spec;
  const results = input.directions.map(({ value }) => {
    const result = callChecked(spec, value!);
    return result === null ? 0 : (asNumber(result) ?? 0);
  });
  const negative = spec.mode === "corrected" && results.some((x) => x < 0);
  const minus = direction(`_hidden_${label}_negative`);
  const plus = output.directions[0]!;
  const hidden = new Space(negative ? [plus, minus] : [plus]);
  const first = new Matrix(input.size, hidden.size);
  const second = new Matrix(hidden.size, 1);
  second.set(hidden.index(plus), 0, 1);
  if (negative) second.set(hidden.index(minus), 0, -1);
  results.forEach((x, i) => {
    if (negative && x < 0) first.set(i, hidden.index(minus), -x);
    else first.set(i, hidden.index(plus), x);
  });
  return { input, hidden, output, first, second };
}

/** Calls `f`; an arithmetic failure is an error where tracr raises one, otherwise undefined. */
export function callChecked(spec: Pick<MapSpec, "f" | "label" | "mode">, value: Value): Value | null {
  return checkResult(spec, callFunction(spec.label, spec.f, value), () => JSON.stringify(value));
}

/** See {@link callChecked}, for a result at hand. */
export function checkResult(
  { label, mode }: Pick<MapSpec, "label" | "mode">,
  result: Value | null,
  argument: () => string,
): Value | null {
  if (!isArithmeticFailure(result)) return result;
  if (mode === "corrected") return null;
  throw new RaspError(
    "unsupported",
    `${label}: its function gives ${String(result)} for ${argument()}; return null there, or compile with mode "corrected", ` +
      "where such a result is undefined",
    label,
  );
}
