/** An edge as the files name it: name, and position or null. */
export type EdgeName = readonly [name: string, token: number | null];

/** `expected.json` of a case with weights. */
export interface ExpectedCase {
  batch_size: number;
  variants: Record<string, ExpectedVariant>;
}

/** One graph of a case, with its scalar results. */
export interface ExpectedVariant {
  n_edges: number;
  slice_output: string;
  seq_len: number | null;
  separate_qkv: boolean;
  factorized: boolean;
  srcs: [name: string, module: string, layer: number, head: number | null, index: number][];
  dests: [name: string, module: string, layer: number, head: number | null, firstSource: number][];
  edges: string[];
  index: string[];
  patched: { edges: EdgeName[] }[];
  edge_counts_util?: { default: number[]; no_scores: number[] };
  /** Per `PATCH/ABLATION` and metric: `[edges, value]`. */
  run_circuits?: Record<string, Record<string, [size: number, value: number][]>>;
  acdc_order?: (string | EdgeName)[];
}

/** Graph options of a variant. */
export function graphOptions(variant: ExpectedVariant): {
  factorized: boolean;
  separateQkv: boolean;
  tokens: number | null;
} {
  return { factorized: variant.factorized, separateQkv: variant.separate_qkv, tokens: variant.seq_len };
}
