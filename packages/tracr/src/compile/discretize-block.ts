import { callFunction } from "../language/call-function.ts";
import { RaspError } from "../rasp-error.ts";
import { asNumber, isArithmeticFailure, type Value } from "../values/value.ts";
import type { Mlp } from "./block.ts";
import { type Direction, direction, one } from "./direction.ts";
import { Matrix } from "./matrix.ts";
import type { CompileMode } from "./options.ts";
import { Space } from "./space.ts";

/** A function of one numerical input, which takes finitely many values. */
export interface DiscretizeSpec {
  readonly label: string;
  readonly input: Direction;
  /** What the input can be. Anything else is treated as the nearest of these. */
  readonly values: readonly Value[];
  readonly f: (value: Value) => Value | null;
  readonly output: Space;
  readonly exactness: number;
  readonly mode: CompileMode;
  /** Keep the units off at this position (`corrected`): x is 0 there, but not as a value. */
  readonly offAt?: Direction;
}

/** Inputs closer than this are one value that was computed in two ways. */
const indistinguishable = 1e-9;

/**
 * A staircase: for every pair of neighbouring values a step of height 1 halfway between them, made of two relu units, weighted with
 * the difference of the results. A step is `1 / exactness` wide and ends at the threshold.
 */
export function discretizeBlock(spec: DiscretizeSpec): Mlp {
  const { label, output, offAt } = spec;
  const points = pointsOf(spec);
  const exactness = spec.mode === "corrected" ? Math.max(spec.exactness, neededExactness(points)) : spec.exactness;
  const steps = points.slice(1).map((point, i) => ({ k: i + 1, from: points[i]!, to: point }));

  requireSteps(label, exactness, steps);

  const name = `_hidden_${label}_`;
  const start = direction(`${name}start`);
  const unit = (k: number, i: number): Direction => direction(name, [k, i]);
  const input = new Space([spec.input, one, ...(offAt === undefined ? [] : [offAt])]);
  const hidden = new Space([start, ...steps.flatMap(({ k }) => [unit(k, 0), unit(k, 1)])]);
  const first = new Matrix(input.size, hidden.size);
  const second = new Matrix(hidden.size, output.size);

  const setUnit = (target: Direction, slope: number, offset: number): void => {
    const h = hidden.index(target);
    if (slope !== 0) first.set(input.index(spec.input), h, slope);
    first.set(input.index(one), h, offset);
    if (offAt !== undefined) first.set(input.index(offAt), h, -Math.max(0, offset));
  };
  const addOutput = (target: Direction, result: Value, sign: number): void => {
    const h = hidden.index(target);
    if (output.directions[0]?.value === null) second.add(h, 0, sign * asNumber(result)!);
    else second.add(h, output.index(direction(label, result)), sign);
  };

  setUnit(start, 0, 1);
  if (points.length > 0) addOutput(start, points[0]!.result, 1);
  for (const { k, from, to } of steps) {
    const threshold = (from.x + to.x) / 2;
    setUnit(unit(k, 0), exactness, 1 - exactness * threshold);
    setUnit(unit(k, 1), exactness, -(exactness * threshold));
    for (const [i, sign] of [1, -1].entries()) {
      addOutput(unit(k, i), to.result, sign);
      addOutput(unit(k, i), from.result, -sign);
    }
  }
  return { input, hidden, output, first, second };
}

interface Point {
  readonly x: number;
  readonly result: Value;
}

/**
 * A step is the difference of two units that are 1 apart: behind large numbers float64 forgets the 1, and the step is gone.
 *
 * @throws RaspError naming the expression
 */
function requireSteps(label: string, exactness: number, steps: readonly { from: Point; to: Point }[]): void {
  const lost = steps.find(({ from, to }) => {
    const offset = (exactness * (from.x + to.x)) / 2;
    return !(Math.abs(1 - offset + offset - 1) < 1e-3);
  });
  if (lost === undefined) return;
  throw new RaspError(
    "unsupported",
    `${label}: it reads numbers as large as ${lost.to.x}, which the model cannot tell from ${lost.from.x}; scale them down`,
    label,
  );
}

/** The values with a result, ascending. */
function pointsOf({ label, values, f, mode }: DiscretizeSpec): Point[] {
  const points: Point[] = [];
  const sorted = values.map((value) => ({ value, x: asNumber(value)! })).sort((a, b) => a.x - b.x);
  for (const { value, x } of sorted) {
    const last = points.at(-1);
    if (mode === "corrected" && last !== undefined && x - last.x < indistinguishable * Math.max(1, Math.abs(x)))
      continue;
    const result = callFunction(label, f, value);
    if (result !== null && !isArithmeticFailure(result)) points.push({ x, result });
  }
  return points;
}

/** Steps narrow enough to leave a quarter of the smallest gap on either side of every value. */
function neededExactness(points: readonly Point[]): number {
  const gaps = points.slice(1).map((point, i) => point.x - points[i]!.x);
  return gaps.length === 0 ? 0 : 4 / Math.min(...gaps);
}
