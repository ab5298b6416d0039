import {
  aggregate,
  apply,
  type CompileOptions,
  compile,
  dynamicIssues,
  evaluate,
  full,
  indices,
  length,
  linearSequenceMap,
  type Selector,
  type SOp,
  select,
  selectorWidth,
  sequenceMap,
  staticIssues,
  tokens,
} from "@autocircuit/tracr";
import fc, { type Arbitrary } from "fast-check";
import { hostileValue } from "../inputs/hostile.ts";
import { target, WrongResult } from "../target.ts";

/** A step of a program; numbers choose among the expressions built before it. */
interface Step {
  readonly op:
    | "map"
    | "seq"
    | "lin"
    | "agg"
    | "width"
    | "full"
    | "and"
    | "or"
    | "not"
    | "numerical"
    | "categorical"
    | "method";
  readonly a: number;
  readonly b: number;
  readonly f: number;
  readonly value: unknown;
}

const functions: readonly ((...values: never[]) => unknown)[] = [
  (x: number, y = 1) => x + y,
  (x: number, y = 2) => (x * y) % 3,
  (x: unknown) => x === "a",
  (x: number, y = 0) => x > y,
  () => null,
  () => undefined,
  () => Number.NaN,
  () => ({}),
  () => {
    throw new Error("boom");
  },
  (x: unknown) => `${String(x)}!`,
  (x: number) => 1 / x,
];
const predicates = [
  "eq",
  "neq",
  "lt",
  "leq",
  "gt",
  "geq",
  "true",
  "false",
  (k: unknown, q: unknown) => k === q,
] as const;
const methods = ["add", "sub", "mul", "div", "eq", "ne", "lt", "le", "gt", "ge", "and", "or"] as const;

const step: Arbitrary<Step> = fc.record({
  op: fc.constantFrom(
    "map",
    "map",
    "seq",
    "lin",
    "agg",
    "agg",
    "width",
    "full",
    "and",
    "or",
    "not",
    "numerical",
    "categorical",
    "method",
  ),
  a: fc.nat(12),
  b: fc.nat(12),
  f: fc.nat(40),
  value: fc.oneof(
    { arbitrary: fc.constantFrom<unknown>(0, 1, 2, "a", true), weight: 15 },
    { arbitrary: hostileValue, weight: 1 },
  ),
});

export default target({
  name: "rasp",
  about: "programs that no one wrote: built, checked, compiled, run",
  input: fc.record({
    steps: fc.array(step, { maxLength: 8 }),
    vocab: fc.oneof(
      { arbitrary: fc.constantFrom<unknown[]>(["a", "b"], [0, 1, 2], ["a"], [0, "a"]), weight: 12 },
      { arbitrary: fc.array(hostileValue, { maxLength: 3 }), weight: 1 },
    ),
    options: fc.oneof(
      { arbitrary: fc.constant<Partial<CompileOptions>>({}), weight: 3 },
      fc.record({
        mode: fc.constantFrom("compatible", "corrected"),
        causal: fc.boolean(),
        mlpExactness: fc.constantFrom(1, 10, 1000),
      }),
      fc.dictionary(fc.constantFrom("mode", "causal", "bos", "pad", "mlpExactness", "maxSeqLen"), hostileValue, {
        maxKeys: 2,
      }),
    ),
    input: fc.array(fc.nat(3), { maxLength: 4 }),
  }),
  run: ({ steps, vocab, options, input }) => {
    const program = build(steps);
    staticIssues(program);
    const tokens = input.map((index) => vocab[index % Math.max(1, vocab.length)] ?? "a") as string[];
    const settings = { vocab, maxSeqLen: 4, ...options } as CompileOptions;
    const model = compile(program, settings);
    for (const [name, { data }] of Object.entries(model.weights)) {
      if (!data.every(Number.isFinite)) throw new WrongResult(`compiled, but ${name} holds a number that is none`);
    }
    apply(model, tokens);
    dynamicIssues(program, tokens);
    evaluate(program, tokens);
  },
});

function build(steps: readonly Step[]): SOp {
  const made: SOp[] = [tokens, indices, length];
  const selectors: Selector[] = [select(tokens, tokens, "eq"), select(indices, indices, "leq")];
  // The types keep authors from some of this; callers without types have nothing that does.
  const any = <T>(value: unknown) => value as T;
  for (const { op, a, b, f, value } of steps) {
    const left = made[made.length - 1 - (a % made.length)]!;
    const right = made[made.length - 1 - (b % made.length)]!;
    const selector = selectors[a % selectors.length]!;
    const call = any<(x: unknown, y?: unknown) => number>(functions[f % functions.length]);
    switch (op) {
      case "map":
        made.push(left.map(call));
        break;
      case "seq":
        made.push(sequenceMap(call, any(left), any(right)));
        break;
      case "lin":
        made.push(linearSequenceMap(any(left), any(right), any(value), f - 20));
        break;
      case "agg":
        made.push(any(aggregate(selector, any(left), value === null ? {} : { default: any(value) })));
        break;
      case "width":
        made.push(selectorWidth(selector));
        break;
      case "full":
        made.push(full(any(value)));
        break;
      case "and":
      case "or":
        selectors.push(selector[op](select(any(left), any(right), any<"eq">(predicates[f % predicates.length]))));
        break;
      case "not":
        selectors.push(selector.not());
        break;
      case "numerical":
        made.push(any<SOp<number>>(left).numerical());
        break;
      case "categorical":
        made.push(left.categorical());
        break;
      case "method":
        made.push(any<Record<string, (other: unknown) => SOp>>(left)[methods[f % methods.length]!]!.call(left, value));
    }
  }
  return made.at(-1)!;
}
