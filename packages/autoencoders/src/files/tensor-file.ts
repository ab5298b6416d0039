import type { SafetensorsDType } from "@autocircuit/base";
import type { Tensor } from "@autocircuit/native";

/** Shape and type of a tensor in a file. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly dtype: SafetensorsDType;
}

/** An open file of tensors, whatever its format: nothing but names, shapes and types is read before `load`. */
export interface TensorFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Values that are no tensors, by name (only pickles have them). */
  readonly others?: ReadonlyMap<string, unknown>;
  /** A tensor as it is stored, mapped from the file where its layout allows it. */
  readonly load: (name: string) => Promise<Tensor>;
  readonly close: () => Promise<void>;
}
