import { AutocircuitError, type DType, type KindsOf, kind } from "@autocircuit/base";
import { type DeviceName, deviceName } from "./device.ts";
import { type ComputeDType, computeDTypes } from "./dtype.ts";
import type { Weights } from "./weights.ts";

/** Where and how a transformer computes. */
export interface TransformerOptions {
  /** Default `AUTOCIRCUIT_DEVICE`, else the CPU. Await `openDevice` before, or a GPU does without this project's kernels. */
  readonly device?: DeviceName | undefined;
  /** What it computes in, whatever its weights are stored as; default float64 where one of them is, else float32. */
  readonly dtype?: ComputeDType | undefined;
  /** Let float32 products on a GPU round their factors to 10 bits (TF32), which is faster. Default false; nothing on the CPU. */
  readonly tf32?: boolean | undefined;
}

/** @internal What the options may be. */
export const transformerOptions: KindsOf<TransformerOptions> = {
  device: deviceName,
  dtype: kind.oneOf(computeDTypes),
  tf32: kind.flag,
};

/** @throws AutocircuitError `dtype` for a type that no transformer computes in */
export function checkedDType(dtype: DType): ComputeDType {
  if ((computeDTypes as readonly DType[]).includes(dtype)) return dtype as ComputeDType;
  throw new AutocircuitError(
    "dtype",
    `A transformer does not compute in ${dtype}, but in ${computeDTypes.join(", ")}.`,
  );
}

/** What a transformer of these weights computes in unless another type is asked for. */
export function usualDType(weights: Weights): ComputeDType {
  return Object.values(weights).some(({ dtype }) => dtype === "float64") ? "float64" : "float32";
}

/** @throws AutocircuitError `bad-input` where TF32 would change nothing */
export function checkTf32(tf32: boolean, dtype: ComputeDType): void {
  if (!tf32 || dtype === "float32") return;
  throw new AutocircuitError("bad-input", `TF32 is a way to compute float32, not ${dtype}: leave one of the two out.`);
}
