import type { Value } from "../values/value.ts";
import type { SelectorNode } from "./node.ts";
import type { SOp } from "./sop.ts";

/**
 * A boolean matrix over positions: row = query, column = key. Made by `select`, combined with `and`, `or`, `not`.
 *
 * Combinations of selects over the same keys and queries fold into one select (where one side is `full(c)`, the constant is baked
 * into the predicate); others stay composite, can be evaluated, but have no attention head to live in.
 */
export class Selector {
  readonly name: string;

  constructor(
    readonly node: SelectorNode,
    name?: string,
  ) {
    this.name = name ?? node.kind.replaceAll("-", "_");
  }

  /** A copy with another name: labels and messages then say `name_ID`. */
  named(name: string): Selector {
    return new Selector(this.node, name);
  }

  /** Selects where both do. */
  and(other: Selector): Selector {
    return combine("selector-and", this, other);
  }

  /** Selects where either does. */
  or(other: Selector): Selector {
    return combine("selector-or", this, other);
  }

  /** Selects where this one does not. */
  not(): Selector {
    if (this.node.kind !== "select") return new Selector({ kind: "selector-not", inner: this });
    const { keys, queries, predicate } = this.node;
    return new Selector({ kind: "select", keys, queries, predicate: (key, query) => !predicate(key, query) });
  }
}

type Read = (value: Value) => Value;

function combine(kind: "selector-and" | "selector-or", fst: Selector, snd: Selector): Selector {
  const composite = new Selector({ kind, fst, snd });
  if (fst.node.kind !== "select" || snd.node.kind !== "select") return composite;
  const keys = common(fst.node.keys, snd.node.keys);
  const queries = common(fst.node.queries, snd.node.queries);
  if (keys === null || queries === null) return composite;
  const { predicate: first } = fst.node;
  const { predicate: second } = snd.node;
  const left = (key: Value, query: Value) => first(keys.fst(key), queries.fst(query));
  const right = (key: Value, query: Value) => second(keys.snd(key), queries.snd(query));
  return new Selector({
    kind: "select",
    keys: keys.sop,
    queries: queries.sop,
    predicate:
      kind === "selector-and"
        ? (key, query) => left(key, query) && right(key, query)
        : (key, query) => left(key, query) || right(key, query),
  });
}

/** The sequence both sides can read from, and how each reads its own value from it. */
function common(fst: SOp, snd: SOp): { sop: SOp; fst: Read; snd: Read } | null {
  const same: Read = (value) => value;
  if (fst === snd) return { sop: fst, fst: same, snd: same };
  if (fst.node.kind === "full") {
    const { fill } = fst.node;
    return { sop: snd, fst: () => fill, snd: same };
  }
  if (snd.node.kind === "full") {
    const { fill } = snd.node;
    return { sop: fst, fst: same, snd: () => fill };
  }
  return null;
}
