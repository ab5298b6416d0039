import type { NativeBox, NativeTensor } from "./addon.ts";
import { Boxed } from "./boxed.ts";
import { Tensor } from "./tensor.ts";

/** Cached keys and values of a common prefix; made by `forward({ keysValues: true })`, used by `forward({ prefix })`. */
export class Prefix extends Boxed {
  /** Number of positions. */
  readonly seqLen: number;
  /** Number of rows it was made of: one for all that it comes before, or one for each. */
  readonly batch: number;

  /** @internal */
  constructor(made: { box: NativeBox; seqLen: number }, batch: number) {
    super(made.box);
    this.seqLen = made.seqLen;
    this.batch = batch;
  }
}

/** An unpatched run kept as a starting point; made by `forward({ keepRun: true })`, used by `forward({ from })`. */
export class KeptRun extends Boxed {
  /** The output of every source, [sources, batch, positions, dModel]; freed with the run. */
  readonly sourceOutputs: Tensor;
  /**
   * The residual stream where it is read, each [batch, positions, dModel]: before attention at 2 * block, before the MLP behind it
   * (null in parallel blocks and without MLPs), and at the end, before the last norm. Freed with the run.
   */
  readonly resid: readonly (Tensor | null)[];

  /** @internal */
  constructor(made: { box: NativeBox; sourceOutputs: NativeTensor; resid: readonly (NativeTensor | null)[] }) {
    const sourceOutputs = new Tensor(made.sourceOutputs);
    const resid = made.resid.map((point) => point && new Tensor(point));
    super(made.box, [sourceOutputs, ...resid.filter((point) => point !== null)]);
    this.sourceOutputs = sourceOutputs;
    this.resid = resid;
  }
}
