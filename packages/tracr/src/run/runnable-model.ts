import type { ModelConfig } from "../compile/assemble.ts";
import type { ModelWeights } from "../compile/weights.ts";

/** Anything with a config and weights; a compiled model is one. */
export interface RunnableModel {
  readonly config: ModelConfig;
  readonly weights: ModelWeights;
}
