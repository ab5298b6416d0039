import type { SafetensorsDType } from "@autocircuit/base";

/** A Python tuple; lists are arrays, dictionaries are maps. */
export class Tuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** The name of something in a Python module: nothing is ever looked up under it. */
export class Global {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A run of numbers in the archive, as the pickle refers to it. */
export interface Storage {
  readonly key: string;
  readonly dtype: SafetensorsDType;
  /** Number of elements. */
  readonly size: number;
}

/** A tensor as the pickle describes it: a view of a storage. All counts are in elements. */
export class TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}
