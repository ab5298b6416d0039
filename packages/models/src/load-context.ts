import type { Progress } from "@autocircuit/core";
import { AutocircuitError, type DType } from "@autocircuit/native";

/** Types the engine computes in. */
export type FloatDType = "float32" | "float64";

/**
 * The type to compute in.
 *
 * @throws AutocircuitError `dtype` for one the engine does not compute in
 */
export function computeDType(dtype: DType = "float32"): FloatDType {
  if (dtype === "float32" || dtype === "float64") return dtype;
  throw new AutocircuitError(
    "dtype",
    `The engine computes in float32 and float64, not in ${dtype}. Checkpoints that store ${dtype} are widened when loaded.`,
  );
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
  readonly dtype: FloatDType;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}
