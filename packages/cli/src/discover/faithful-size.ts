import { type AblationType, type LoadedTask, type PruneScores, runCircuits } from "@autocircuit/core";
import { FullModel, logitDiff, logitDiffPercent } from "@autocircuit/metrics";
import { Progress } from "../support/progress.ts";
import { firstPrompts } from "./first-prompts.ts";

/** Prompts that sizes are tried on. */
const PROMPTS = 24;
/** The first size, and how near to each other a size that keeps enough and one that does not are at the end. */
const [FIRST, NEAR] = [16, 1.1];
/** Edges where the model has no logit difference that could be kept. */
const WITHOUT = 300;

/** How many of the best edges keep a share of the logit difference. */
export interface FaithfulSize {
  /** Share of the full model's logit difference that was to be kept. */
  asked: number;
  edges: number;
  /** What they keep on these prompts, of those to discover with; null where the model has none. */
  kept: number | null;
  prompts: number;
}

/**
 * Looks for the shortest beginning of a ranking that keeps a share of the model's logit difference when everything outside it is ablated.
 * Sizes are doubled until one keeps enough, then halved in between: what is kept mostly grows with the size, but need not, so a smaller
 * size may do as well.
 */
export async function faithfulSize(
  { model, train }: LoadedTask,
  scores: PruneScores,
  asked: number,
  ablation: AblationType,
  signal: AbortSignal,
): Promise<FaithfulSize> {
  using prompts = firstPrompts(train, PROMPTS);
  using full = new FullModel(model, prompts);
  const { edgeCount } = model.graph;
  const count = prompts.promptCount;
  const whole = await logitDiff(model, prompts, [{ edges: edgeCount, logits: await full.logits("clean", { signal }) }]);
  if (!(whole[0]!.value > 0)) return { asked, edges: Math.min(WITHOUT, edgeCount), kept: null, prompts: count };
  using progress = new Progress("size");
  const steps = Math.ceil(Math.log2(edgeCount / FIRST) + Math.log2(1 / Math.log2(NEAR)));
  let tried = 0;
  const keeps = async (size: number): Promise<number> => {
    using runs = await runCircuits(model, prompts, { scores, sizes: [size], ablation, signal });
    const [measured] = await logitDiffPercent(model, prompts, runs, { full, signal });
    tried += 1;
    progress.update(Math.min(tried, steps), steps);
    return measured!.value / 100;
  };
  let low = 0;
  let high = Math.min(FIRST, edgeCount);
  let kept = await keeps(high);
  while (kept < asked && high < edgeCount) {
    low = high;
    high = Math.min(2 * high, edgeCount);
    kept = high === edgeCount ? 1 : await keeps(high);
  }
  while (high - low > 1 && high > NEAR * low) {
    const size = Math.round((low + high) / 2);
    const share = await keeps(size);
    if (share < asked) low = size;
    else [high, kept] = [size, share];
  }
  return { asked, edges: high, kept, prompts: count };
}

/** What the circuit keeps, for the report. */
export function faithfulText({ asked, edges, kept, prompts }: FaithfulSize): string {
  const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`;
  if (kept === null)
    return `The model's logit difference is not above 0 on these prompts: it does not do the task, and the ${edges} best edges say little.`;
  return `The ${edges.toLocaleString("en-US")} best edges keep ${percent(kept)} of the logit difference on ${prompts} of the prompts to discover with; ${percent(asked)} were asked for.`;
}
