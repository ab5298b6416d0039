import type { DType } from "@autocircuit/base";
import type { Progress } from "@autocircuit/core";
import { checkedDType } from "@autocircuit/native";

/** Types that weights are read and processed in. Half precision is too coarse to fold and centre weights in: the engine narrows them last. */
export type WeightDType = "float32" | "float64";

/** The type to read weights in, for a type to compute in. */
export function weightDType(dtype: DType = "float32"): WeightDType {
  return checkedDType(dtype) === "float64" ? "float64" : "float32";
}

/** How far loading has come. */
export interface LoadProgress extends Progress {
  /** Files are fetched (counted in bytes), weights are read from disk, then processed step by step. */
  readonly stage: "downloading" | "reading" | "processing";
  /** The file that comes in, or the tensor or the step that is about to be done. */
  readonly name: string;
}

/** What every stage of loading needs to know. */
export interface LoadContext {
  /** The type weights are converted to as they come in. */
  readonly dtype: WeightDType;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}
