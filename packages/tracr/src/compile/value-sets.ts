import { callFunction } from "../language/call-function.ts";
import type { Binary, SOpNode } from "../language/node.ts";
import { Selector } from "../language/selector.ts";
import type { SOp } from "../language/sop.ts";
import { RaspError } from "../rasp-error.ts";
import { asNumber, distinctValues, isArithmeticFailure, type Value } from "../values/value.ts";
import { direction } from "./direction.ts";
import { childrenFirst, type GraphNode, type ProgramGraph } from "./graph.ts";
import type { Settings } from "./options.ts";
import { Space } from "./space.ts";

/** What an expression can be, and the directions that hold it. */
export interface Output {
  /** Every value the expression may take (a superset of those it does take). */
  readonly values: readonly Value[];
  /** One direction per value, or a single one for a numerical expression. */
  readonly basis: Space;
}

/** More values than any model could hold; without a limit nested sequence maps exhaust the memory before anything is said. */
const maxValues = 20_000;

/** Infers the values of every sequence expression, children first. */
export function inferOutputs(graph: ProgramGraph, settings: Settings): Map<GraphNode, Output> {
  const outputs = new Map<GraphNode, Output>();
  for (const node of childrenFirst(graph)) {
    const { expression, label } = node;
    if (expression instanceof Selector) continue;
    const inputs = node.children.map((child) => outputs.get(child)?.values ?? []);
    const values = distinctValues(valuesOf(expression, label, inputs, settings));
    if (expression.encoding === "numerical") checkNumbers(values, label);
    const directions =
      expression.encoding === "numerical"
        ? [direction(label)]
        : values.map((value) => direction(label, value, expression.floats));
    outputs.set(node, { values, basis: new Space(directions) });
  }
  return outputs;
}

function valuesOf(sop: SOp, label: string, inputs: readonly (readonly Value[])[], settings: Settings): Iterable<Value> {
  const { node } = sop;
  switch (node.kind) {
    case "tokens":
      return settings.vocab;
    case "indices":
      return upTo(settings.maxSeqLen - 1);
    case "length":
    case "selector-width":
      return upTo(settings.maxSeqLen);
    case "full":
      return [node.fill];
    case "map":
      return defined(inputs[0]!.map((value) => callFunction(label, node.f, value)));
    case "sequence-map":
      return product((x, y) => callFunction(label, node.f, x, y), inputs[0]!, inputs[1]!, label);
    case "linear-sequence-map":
      return product(linear(node), inputs[0]!, inputs[1]!, label);
    case "aggregate":
      return sop.encoding === "categorical" ? inputs[1]! : means(inputs[1]!, label, settings);
  }
}

/** The function of a linear sequence map. */
export function linear({ fstFactor, sndFactor }: Extract<SOpNode, { kind: "linear-sequence-map" }>): Binary {
  return (x, y) => fstFactor * Number(x) + sndFactor * Number(y);
}

function upTo(last: number): number[] {
  return Array.from({ length: last + 1 }, (_, i) => i);
}

function defined(results: readonly (Value | null)[]): Value[] {
  return results.filter((value): value is Value => value !== null && !isArithmeticFailure(value));
}

function product(f: Binary, fst: readonly Value[], snd: readonly Value[], label: string): Value[] {
  if (fst.length * snd.length > maxValues * 50) throw tooMany(label);
  const values = distinctValues(defined(fst.flatMap((x) => snd.map((y) => f(x, y)))));
  if (values.length > maxValues) throw tooMany(label);
  return values;
}

function tooMany(label: string): RaspError {
  return new RaspError(
    "unsupported",
    `${label}: it combines too many values (the limit is ${maxValues}); map its inputs to fewer values first`,
    label,
  );
}

/**
 * The means of 0 and 1 that an aggregate can give. tracr lists value / count only, and lets fractions between 0 and 2 through; the
 * corrected set has every mean of up to maxSeqLen zeros and ones, which includes the default 0.
 */
function means(values: readonly Value[], label: string, settings: Settings): number[] {
  const { maxSeqLen, mode } = settings;
  const numbers = values.map((value) => asNumber(value) ?? Number.NaN);
  const binary = numbers.every((x) =>
    mode === "corrected" ? x === 0 || x === 1 : Math.trunc(x) === 0 || Math.trunc(x) === 1,
  );
  if (!binary) {
    throw new RaspError(
      "unsupported",
      `${label}: a numerical aggregate averages zeros and ones, but its values include ` +
        `${numbers
          .filter((x) => x !== 0 && x !== 1)
          .slice(0, 5)
          .join(", ")}; aggregate one indicator per value ` +
        "(value.eq(v).numerical()) and combine them with linearSequenceMap",
      label,
    );
  }
  const counts = upTo(maxSeqLen).slice(1);
  if (mode === "compatible") return numbers.flatMap((x) => counts.map((k) => x / k));
  const numerators = numbers.includes(1) ? (k: number) => upTo(k) : () => [0];
  return counts.flatMap((k) => numerators(k).map((n) => n / k));
}

function checkNumbers(values: readonly Value[], label: string): void {
  const wrong = values.find((value) => asNumber(value) === null);
  if (wrong === undefined) return;
  throw new RaspError(
    "unsupported",
    `${label}: it is numerical but can be ${JSON.stringify(wrong)}, which is no number; leave .numerical() out`,
    label,
  );
}
