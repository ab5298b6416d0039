import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { guard } from "./addon-errors.ts";
import { Boxed } from "./boxed.ts";
import { isFloating } from "./dtype.ts";
import { addon } from "./loader.ts";
import { Tensor } from "./tensor.ts";

const check = signature(
  "Ablation",
  { sources: kind.instance(Tensor, "a Tensor") },
  { latentsSameEverywhere: kind.flag, firstPositions: kind.listOf(kind.whole) },
);

/** What an ablation is besides its numbers. */
export interface AblationDetails {
  /**
   * Every position takes the latents of all positions, each as its own position's decoder writes it: a mean over positions of autoencoders
   * that have other latents at each. Default false.
   */
  readonly latentsSameEverywhere?: boolean | undefined;
  /**
   * The first position whose values were made of tokens, one for each example or one for all: before it lie those of padding, or none, and
   * `PatchableModel` refuses to ablate tokens there. Default: all positions have values.
   */
  readonly firstPositions?: readonly number[] | undefined;
}

/**
 * The values that patched edges take: the output of every source, [sources, batch or 1, positions, dModel]; of a transformer with
 * autoencoders, the activations of latents behind them (see {@link Autoencoders}). Keeps what
 * the engine derives from them, so that circuits patched with the same ablation share that work.
 *
 * @example
 * ```ts
 * const { sourceOutputs } = await model.forward({ tokens: corrupt, logits: false, keepSources: true });
 * using ablation = new Ablation(sourceOutputs!);
 * ```
 */
export class Ablation extends Boxed {
  readonly sources: Tensor;
  /** See {@link AblationDetails}. */
  readonly firstPositions: readonly number[] | undefined;

  /**
   * @param sources Belongs to the ablation from now on: it is freed with it.
   * @throws AutocircuitError "shape" unless it has four dimensions and first positions are of them, "dtype" unless floating point, "disposed".
   */
  constructor(sources: Tensor, options: AblationDetails = {}) {
    check({ sources }, options);
    if (sources.shape.length !== 4) {
      throw new AutocircuitError(
        "shape",
        `An ablation needs sources [sources, batch or 1, positions, dModel], got [${sources.shape.join(", ")}].`,
      );
    }
    const { firstPositions } = options;
    const [, batch, positions] = sources.shape as [number, number, number, number];
    if (firstPositions && !areOf(firstPositions, batch, positions)) {
      throw new AutocircuitError(
        "shape",
        `\`firstPositions\` of an ablation of [${sources.shape.join(", ")}] must be one position below ${positions}, or one for each of ${batch} ` +
          `examples, got [${firstPositions.join(", ")}].`,
      );
    }
    if (!isFloating(sources.dtype)) {
      throw new AutocircuitError("dtype", `An ablation needs floating point sources, got ${sources.dtype}.`);
    }
    super(
      guard(() => addon().createAblation(sources.handle, options.latentsSameEverywhere ?? false)),
      [sources],
    );
    this.sources = sources;
    this.firstPositions = firstPositions;
  }
}

function areOf(firstPositions: readonly number[], batch: number, positions: number): boolean {
  const fits = firstPositions.length === 1 || firstPositions.length === batch;
  return fits && firstPositions.every((position) => position < positions);
}
