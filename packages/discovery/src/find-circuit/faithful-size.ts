import {
  type AblationType,
  firstPrompts,
  type LoadedTask,
  type LongOptions,
  type PruneScores,
} from "@autocircuit/core";
import { fewestFaithful } from "@autocircuit/metrics";

/** Prompts that sizes are tried on. */
const PROMPTS = 24;
/** Edges where the model has no logit difference that could be kept. */
const WITHOUT = 300;

/** How many of the best edges keep a share of the logit difference. */
export interface FaithfulSize {
  /** Share of the full model's logit difference that was to be kept. */
  readonly asked: number;
  readonly edges: number;
  /** What they keep on these prompts, of those to discover with; null where the model has none. */
  readonly kept: number | null;
  readonly prompts: number;
}

/**
 * The shortest beginning of a ranking that keeps a share of the model's logit difference when everything outside it is ablated, by the first
 * prompts to discover with.
 */
export async function faithfulSize(
  { model, train }: LoadedTask,
  scores: PruneScores,
  { share: asked, ...options }: LongOptions & { share: number; ablation: AblationType },
): Promise<FaithfulSize> {
  using prompts = firstPrompts(train, PROMPTS);
  const found = await fewestFaithful(model, prompts, scores, { share: asked, ...options });
  const some = { asked, prompts: prompts.promptCount };
  return { ...some, ...(found ?? { edges: Math.min(WITHOUT, model.graph.edgeCount), kept: null }) };
}
