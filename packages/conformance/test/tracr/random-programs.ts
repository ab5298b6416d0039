import fc from "fast-check";
import type { FunctionForm, ProgramForm, SelectForm } from "../../src/tracr/golden.ts";

/** What a generated node can be used for. */
interface Kind {
  readonly numerical: boolean;
  /** Only ever 0 or 1, so that a numerical aggregate may average it. */
  readonly binary: boolean;
}

// Mostly the latest fitting node, so that programs are deep rather than wide.
const pick = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) });
const comparisons = ["EQ", "NEQ", "LT", "LEQ", "GT", "GEQ", "TRUE", "FALSE"];

const rawNode = fc.record({
  op: fc.constantFrom("map", "map", "seq", "sw", "agg", "mean", "mean", "lin"),
  first: pick,
  second: pick,
  keys: pick,
  queries: pick,
  cmp: fc.constantFrom(...comparisons),
  unary: fc.oneof(
    fc.record({ kind: fc.constant("addmod" as const), a: fc.integer({ min: 0, max: 3 }), m: fc.constantFrom(2, 4) }),
    fc.record({ kind: fc.constant("gt" as const), t: fc.constantFrom(0, 0.3, 0.4, 0.5, 1, 2) }),
  ),
  binary: fc.record({
    kind: fc.constant("lin2mod" as const),
    b: fc.integer({ min: 1, max: 2 }),
    m: fc.constantFrom(3, 5),
  }),
  numerical: fc.boolean(),
  simplify: fc.boolean(),
  a: fc.integer({ min: -2, max: 2 }),
  b: fc.integer({ min: -2, max: 2 }),
});

type RawNode = typeof rawNode extends fc.Arbitrary<infer T> ? T : never;

/** A program as plain data, and whether to compile it causally. */
export interface RandomProgram {
  readonly nodes: readonly ProgramForm[];
  readonly causal: boolean;
}

/**
 * Programs of the golden forms over tokens and indices: every operand is an earlier node that fits, so that all of them compile.
 * Shrinks by dropping nodes and by simplifying each.
 *
 * @param size how many expressions at most, tokens and indices included
 */
export function randomPrograms(size: number): fc.Arbitrary<RandomProgram> {
  return fc
    .record({ raw: fc.array(rawNode, { minLength: 1, maxLength: size - 2, size: "max" }), causal: fc.boolean() })
    .map(({ raw, causal }) => ({ nodes: resolve(raw), causal }))
    .filter(({ nodes }) => readsTokens(nodes));
}

function resolve(raw: readonly RawNode[]): ProgramForm[] {
  const nodes: ProgramForm[] = [{ op: "tokens" }, { op: "indices" }];
  const kinds: Kind[] = [
    { numerical: false, binary: false },
    { numerical: false, binary: false },
  ];
  for (const node of raw) {
    const { form, kind } = resolveNode(node, kinds);
    nodes.push(form);
    kinds.push(kind);
  }
  return nodes;
}

function resolveNode(raw: RawNode, kinds: readonly Kind[]): { form: ProgramForm; kind: Kind } {
  const places = kinds.map((_, i) => i);
  const categorical = places.filter((i) => !kinds[i]!.numerical);
  const numerical = places.filter((i) => kinds[i]!.numerical);
  const binary = numerical.filter((i) => kinds[i]!.binary);
  const from = (list: readonly number[], which: number): number => list[list.length - 1 - (which % list.length)]!;
  const select: SelectForm = {
    keys: from(categorical, raw.keys),
    queries: from(categorical, raw.queries),
    cmp: raw.cmp,
  };
  const plain: Kind = { numerical: false, binary: false };

  if (raw.op === "lin" && numerical.length > 0) {
    const form: ProgramForm = {
      op: "lin",
      fst: from(numerical, raw.first),
      snd: from(numerical, raw.second),
      a: raw.a,
      b: raw.b,
    };
    return { form, kind: { numerical: true, binary: false } };
  }
  if (raw.op === "mean" && binary.length > 0) {
    const form: ProgramForm = { op: "agg", select, in: from(binary, raw.first), numerical: true, default: 0 };
    return { form, kind: { numerical: true, binary: false } };
  }
  if (raw.op === "agg") return { form: { op: "agg", select, in: from(categorical, raw.first) }, kind: plain };
  if (raw.op === "sw") return { form: { op: "sw", select, annotated: raw.simplify }, kind: plain };
  if (raw.op === "seq") {
    const form: ProgramForm = {
      op: "seq",
      fst: from(categorical, raw.first),
      snd: from(categorical, raw.second),
      f: raw.binary,
    };
    return { form, kind: plain };
  }
  // Means and linear maps without a fitting operand become the indicator that the next of them can use.
  const indicator = raw.op !== "map";
  const f: FunctionForm = indicator ? { kind: "gt", t: 0 } : raw.unary;
  const numericalResult = indicator || raw.numerical;
  const form: ProgramForm = {
    op: "map",
    in: from(places, raw.first),
    f,
    simplify: raw.simplify,
    numerical: numericalResult,
  };
  return { form, kind: { numerical: numericalResult, binary: numericalResult && f.kind === "gt" } };
}

/** Whether the last node depends on the tokens and is not one of the inputs. */
function readsTokens(nodes: readonly ProgramForm[]): boolean {
  const reads = (i: number): boolean => {
    const node = nodes[i]!;
    switch (node.op) {
      case "tokens":
        return true;
      case "indices":
        return false;
      case "map":
        return reads(node.in);
      case "seq":
      case "lin":
        return reads(node.fst) || reads(node.snd);
      case "sw":
        return reads(node.select.keys) || reads(node.select.queries);
      case "agg":
        return reads(node.in) || reads(node.select.keys) || reads(node.select.queries);
    }
  };
  return reads(nodes.length - 1);
}

/** All sequences of the tokens 0, 1, 2 with lengths from 1 to `longest`. */
export function allInputs(longest: number): number[][] {
  let last: number[][] = [[]];
  const inputs: number[][] = [];
  for (let n = 1; n <= longest; n++) {
    last = last.flatMap((prefix) => [0, 1, 2].map((token) => [...prefix, token]));
    inputs.push(...last);
  }
  return inputs;
}
