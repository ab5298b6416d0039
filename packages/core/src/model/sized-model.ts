import type { ComputeDType, ForwardResult, Tensor, Transformer, TransformerConfig } from "@autocircuit/native";
import type { Graph } from "../graph/graph.ts";
import type { Tokens } from "../prompts/tokens.ts";
import type { ForwardOptions, RunOptions } from "./model-options.ts";

/** What decides how many prompts of a model run together. */
export interface SizedModel {
  readonly transformer: Transformer;
  readonly config: TransformerConfig;
  readonly graph: Graph;
  /** Element type that sources are computed in. */
  readonly computeDtype: ComputeDType;
  /** What the sources of a slice may take, in bytes. */
  readonly sliceBytes: number;
}

/** A model as those see it that a `PatchableModel` is made of: they run it, and know nothing of what it offers its users. */
export interface RunningModel extends SizedModel {
  run(tokens: Tokens | Tensor, options?: RunOptions): Promise<ForwardResult>;
  /** Outputs of all sources, `[S, B, P, D]`, the caller's. */
  sourceOutputs(tokens: Tokens | Tensor, options?: Pick<ForwardOptions, "signal">): Promise<Tensor>;
}
