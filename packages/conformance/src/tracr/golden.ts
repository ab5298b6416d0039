import type { Token, Value } from "@autocircuit/tracr";

/** A number, boolean or string, tagged with its Python type where JSON loses it. */
export type GoldenValue =
  | { readonly t: string; readonly v: GoldenValue }
  | null
  | number
  | boolean
  | string
  | readonly GoldenValue[];

/** Non-zero entries of an array: indices, then the value. */
export interface SparseArray {
  readonly shape: readonly number[];
  readonly nz: readonly (readonly number[])[];
}

/** One node of a golden program graph. */
export interface GoldenNode {
  readonly id: string;
  readonly expr: string;
  readonly children: readonly string[];
  readonly encoding?: string | null;
  readonly depth: number;
  readonly halfLayer: number;
  readonly nvalues?: number | null;
  readonly values?: readonly GoldenValue[] | null;
  readonly basis: readonly string[] | null;
  readonly block: string | null;
}

/** A compiled model in full (`reverse.json`). */
export interface GoldenModel {
  readonly task: string;
  readonly config: Readonly<Record<string, number | boolean>>;
  readonly residual_labels: readonly string[];
  readonly encoding: Readonly<Record<string, number>>;
  readonly graph: readonly GoldenNode[];
  readonly blocks: readonly GoldenBlock[];
  readonly sources: readonly string[];
  readonly weights_tl64: Readonly<Record<string, SparseArray>>;
}

/** One attention or MLP module. */
export type GoldenBlock =
  | {
      readonly module: string;
      readonly type: "attn";
      readonly query: readonly string[];
      readonly key: readonly string[];
      readonly value: readonly string[];
      readonly output: readonly string[];
      readonly qk: readonly (readonly number[])[];
      readonly ov: readonly (readonly number[])[];
    }
  | {
      readonly module: string;
      readonly type: "mlp";
      readonly input: readonly string[];
      readonly hidden: readonly string[];
      readonly output: readonly string[];
      readonly fst: readonly (readonly number[])[];
      readonly snd: readonly (readonly number[])[];
    };

/** Outputs of a model on a data set (`reverse_logits.json`). */
export interface GoldenLogits {
  readonly task: string;
  readonly clean_tokens: readonly (readonly number[])[];
  readonly corrupt_tokens: readonly (readonly number[])[];
  readonly logits_clean_w64: readonly (readonly (readonly number[])[])[];
  readonly logits_corrupt_w64: readonly (readonly (readonly number[])[])[];
  readonly answers: readonly (readonly number[])[];
  readonly wrong_answers: readonly (readonly number[])[];
}

/** A library program on one input (`programs.json`). */
export interface GoldenProgram {
  readonly name: string;
  readonly mode: "bidirectional" | "causal";
  readonly vocab: readonly Token[];
  readonly max_seq_len: number;
  readonly input: readonly Token[];
  readonly expected: readonly GoldenValue[];
  readonly rasp_eval: readonly GoldenValue[];
  readonly decoded: readonly GoldenValue[];
  readonly config: Readonly<Record<string, number>>;
  readonly used_heads: readonly number[];
  readonly used_hidden: readonly number[];
  readonly residual_labels: readonly string[];
  readonly output_dims: readonly number[];
  readonly output_raw: readonly (readonly number[])[];
  readonly encoding: readonly Token[];
  readonly graph: readonly GoldenNode[];
  readonly sources: readonly string[];
  readonly params: Readonly<Record<string, SparseArray>>;
}

/** A random program (`random_programs.json`). */
export interface GoldenRandomProgram {
  readonly seed: number;
  readonly vocab: readonly Token[];
  readonly max_seq_len: number;
  readonly nodes: readonly ProgramForm[];
  readonly root: number;
  readonly residual_labels: readonly string[];
  readonly config: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, SparseArray>>;
  readonly outputs: readonly { readonly input: readonly Token[]; readonly decoded: readonly GoldenValue[] }[];
}

/** A function by its parameters. */
export type FunctionForm =
  | { readonly kind: "addmod"; readonly a: number; readonly m: number }
  | { readonly kind: "lin2mod"; readonly b: number; readonly m: number }
  | { readonly kind: "gt"; readonly t: number };

/** A selector by its operands; numbers are places of earlier nodes. */
export interface SelectForm {
  readonly keys: number;
  readonly queries: number;
  readonly cmp: string;
}

/** A node of a random program; numbers are places of earlier nodes. */
export type ProgramForm =
  | { readonly op: "tokens" | "indices" }
  | {
      readonly op: "map";
      readonly in: number;
      readonly f: FunctionForm;
      readonly simplify?: boolean;
      readonly numerical?: boolean;
    }
  | { readonly op: "seq"; readonly fst: number; readonly snd: number; readonly f: FunctionForm }
  | { readonly op: "lin"; readonly fst: number; readonly snd: number; readonly a: number; readonly b: number }
  | { readonly op: "sw"; readonly select: SelectForm; readonly annotated?: boolean }
  | {
      readonly op: "agg";
      readonly select: SelectForm;
      readonly in: number;
      readonly numerical?: boolean;
      readonly default?: number | null;
    };

/** Takes the tags off. */
export function untagged(value: GoldenValue): Value | null {
  if (value === null || typeof value !== "object") return value;
  if ("t" in value) return untagged(value.v);
  return (value as readonly GoldenValue[]).map((item) => untagged(item)!);
}
