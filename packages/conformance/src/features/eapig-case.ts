import type { AttributedCase } from "../attribution/attributed-case.ts";
import type { MatrixNames } from "../attribution/score-matrix.ts";

/** A circuit that the reference selects. */
export interface Selection {
  level: "edge" | "node" | "neuron";
  how: "apply_topn" | "apply_threshold";
  n: number;
  absolute: boolean;
  prune: boolean;
  edges: string[];
  nodes: string[];
  count_included_edges: number;
  faithfulness: Record<string, number[]>;
}

/** What the feature's file says of one graph. */
export interface EapIgVariant extends MatrixNames {
  edges: string[];
  selection: Record<string, Selection>;
  baseline: { clean: number[]; corrupt: number[] };
}

/** A case of the feature, ready to be checked. */
export type EapIgCase = AttributedCase<EapIgVariant> & { variant: string };
