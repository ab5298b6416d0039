import {
  aggregate,
  type Comparison,
  indices,
  linearSequenceMap,
  type Selector,
  type SOp,
  select,
  selectorWidth,
  sequenceMap,
  tokens,
} from "@autocircuit/tracr";
import type { FunctionForm, ProgramForm, SelectForm } from "./golden.ts";

type Categorical = SOp<number, "categorical">;
type Numerical = SOp<number, "numerical">;

/** Builds a program from its plain description, node by node; the program is `nodes[root]`. */
export function buildRandomProgram(nodes: readonly ProgramForm[], root: number): SOp {
  const built: SOp[] = [];
  for (const node of nodes) built.push(buildNode(node, built));
  return built[root]!;
}

function buildNode(node: ProgramForm, built: readonly SOp[]): SOp {
  const at = (i: number) => built[i]! as Categorical;
  switch (node.op) {
    case "tokens":
      return tokens;
    case "indices":
      return indices;
    case "map": {
      const map = at(node.in).map(unary(node.f), { simplify: node.simplify ?? true });
      return node.numerical ? map.numerical() : map;
    }
    case "seq":
      return sequenceMap(binary(node.f), at(node.fst), at(node.snd));
    case "lin":
      return linearSequenceMap(built[node.fst] as Numerical, built[node.snd] as Numerical, node.a, node.b);
    case "sw": {
      const width = selectorWidth(buildSelect(node.select, at));
      return node.annotated ? width.categorical() : width;
    }
    case "agg": {
      const value = at(node.in);
      const sop: SOp<number> = aggregate(buildSelect(node.select, at), value, { default: node.default ?? null });
      return node.numerical ? sop.numerical() : sop.categorical();
    }
  }
}

function buildSelect({ keys, queries, cmp }: SelectForm, at: (i: number) => Categorical): Selector {
  return select(at(keys), at(queries), cmp.toLowerCase() as Comparison);
}

function unary(form: FunctionForm): (x: number) => number {
  if (form.kind === "gt") return (x) => (x > form.t ? 1 : 0);
  if (form.kind === "addmod") return (x) => modulo(x + form.a, form.m);
  throw new RangeError(`${form.kind} takes two values`);
}

function binary(form: FunctionForm): (x: number, y: number) => number {
  if (form.kind !== "lin2mod") throw new RangeError(`${form.kind} takes one value`);
  return (x, y) => modulo(x + form.b * y, form.m);
}

/** The remainder with the sign of the divisor. */
function modulo(x: number, m: number): number {
  return ((x % m) + m) % m;
}
