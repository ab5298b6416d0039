import type { Value } from "../values/value.ts";
import type { Selector } from "./selector.ts";
import type { SOp } from "./sop.ts";

/** How a sequence lives in the residual stream: one direction per value, or one direction holding the number. */
export type Encoding = "categorical" | "numerical";

/** A function of one value; `null` means undefined, as does NaN or an infinity. */
export type Unary = (value: Value) => Value | null;
/** A function of two values. */
export type Binary = (first: Value, second: Value) => Value | null;

/** What an {@link SOp} computes: plain data, one shape per primitive of the language. */
export type SOpNode =
  | { readonly kind: "tokens" | "indices" | "length" }
  | { readonly kind: "map"; readonly f: Unary; readonly inner: SOp }
  | { readonly kind: "sequence-map"; readonly f: Binary; readonly fst: SOp; readonly snd: SOp }
  | {
      readonly kind: "linear-sequence-map";
      readonly fst: SOp;
      readonly snd: SOp;
      readonly fstFactor: number;
      readonly sndFactor: number;
    }
  | { readonly kind: "full"; readonly fill: Value }
  | { readonly kind: "selector-width"; readonly selector: Selector }
  | { readonly kind: "aggregate"; readonly selector: Selector; readonly value: SOp; readonly fallback: Value | null };

/** The kinds of sequence expression. */
export type SOpKind = SOpNode["kind"];

/** What a {@link Selector} computes. Predicates take the key first. */
export type SelectorNode =
  | {
      readonly kind: "select";
      readonly keys: SOp;
      readonly queries: SOp;
      readonly predicate: (key: Value, query: Value) => boolean;
    }
  | { readonly kind: "selector-and" | "selector-or"; readonly fst: Selector; readonly snd: Selector }
  | { readonly kind: "selector-not"; readonly inner: Selector };

/** Any RASP expression. */
export type Expression = SOp | Selector;
