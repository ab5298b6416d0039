import type { NativeBox } from "./addon.ts";
import { Boxed } from "./boxed.ts";
import { Tensor } from "./tensor.ts";

/** Cached keys and values of a common prefix; made by `forward({ keysValues: true })`, used by `forward({ prefix })`. */
export class Prefix extends Boxed {
  /** Number of positions. */
  readonly length: number;

  /** @internal */
  constructor(made: { box: NativeBox; length: number }) {
    super(made.box);
    this.length = made.length;
  }
}

/** An unpatched run kept as a starting point; made by `forward({ keep: true })`, used by `forward({ from })`. */
export class PlainRun extends Boxed {
  /** The output of every source, [sources, batch, positions, dModel]; freed with the run. */
  readonly sources: Tensor;

  /** @internal */
  constructor(made: { box: NativeBox; sources: ConstructorParameters<typeof Tensor>[0] }) {
    const sources = new Tensor(made.sources);
    super(made.box, [sources]);
    this.sources = sources;
  }
}
