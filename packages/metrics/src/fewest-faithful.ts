import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  coreKinds,
  type LongOptions,
  type PatchableModel,
  type PromptLoader,
  type PruneScores,
  runCircuits,
} from "@autocircuit/core";
import { logitDiff } from "./answer-diff.ts";
import { logitDiffPercent } from "./diff-percent.ts";
import { FullModel } from "./full-model.ts";

/** The first size. */
const FIRST = 16;
/** How near to each other a size that keeps enough and one that does not are at the end, as a factor. */
export const FAITHFUL_WITHIN = 1.1;

/** Options of {@link fewestFaithful}. */
export interface FewestFaithfulOptions extends LongOptions {
  /** Share of the full model's logit difference that is to be kept. Default 0.9. */
  readonly share?: number | undefined;
  /** What everything outside the circuit takes. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
}

const check = signature(
  "fewestFaithful",
  { model: coreKinds.patchableModel, prompts: coreKinds.promptLoader, scores: coreKinds.pruneScores },
  {
    ...coreKinds.longOptions,
    share: kind.share,
    ablation: coreKinds.ablationName,
  } satisfies KindsOf<FewestFaithfulOptions>,
);

/**
 * Looks for the shortest beginning of a ranking that keeps a share of the model's logit difference when everything outside it is ablated.
 * Sizes are doubled until one keeps enough, then halved in between, to within a factor of 1.1: what is kept mostly grows with the size, but need not, so a smaller
 * size may do as well.
 *
 * @returns its edges, equal scores included, and the share that they keep; null where the model's logit difference is not above 0, so that there is none to keep
 * @throws AutocircuitError as `runCircuits` does; `aborted`
 */
export async function fewestFaithful(
  model: PatchableModel,
  prompts: PromptLoader,
  scores: PruneScores,
  options: FewestFaithfulOptions = {},
): Promise<{ size: number; keptShare: number } | null> {
  check({ model, prompts, scores }, options);
  const { share: asked = 0.9, ablation, signal, onProgress } = options;
  using full = new FullModel(model, prompts);
  const { edgeCount } = model.graph;
  const whole = await logitDiff(model, prompts, [
    { size: edgeCount, logits: await full.logits("clean", signal && { signal }) },
  ]);
  if (!(whole[0]!.value > 0)) return null;
  const steps = Math.ceil(Math.log2(edgeCount / FIRST) + Math.log2(1 / Math.log2(FAITHFUL_WITHIN)));
  let tried = 0;
  // Of the last size that kept enough; equal scores make a circuit larger than was asked for.
  let fewest = edgeCount;
  const keeps = async (size: number): Promise<number> => {
    using runs = await runCircuits(model, prompts, { scores, sizes: [size], ablation, signal });
    const [measured] = await logitDiffPercent(model, prompts, runs, { full, ...(signal && { signal }) });
    tried += 1;
    onProgress?.({ done: Math.min(tried, steps), total: steps });
    const share = measured!.value / 100;
    if (share >= asked) fewest = runs[0]!.size;
    return share;
  };
  let low = 0;
  let high = Math.min(FIRST, edgeCount);
  let keptShare = await keeps(high);
  while (keptShare < asked && high < edgeCount) {
    low = high;
    high = Math.min(2 * high, edgeCount);
    keptShare = high === edgeCount ? 1 : await keeps(high);
  }
  while (high - low > 1 && high > FAITHFUL_WITHIN * low) {
    const size = Math.round((low + high) / 2);
    const share = await keeps(size);
    if (share < asked) low = size;
    else [high, keptShare] = [size, share];
  }
  return { size: fewest, keptShare };
}
