import {
  type AblationType,
  type Circuit,
  firstPrompts,
  type LoadedTask,
  type LongOptions,
  type PatchableModel,
  type PromptLoader,
  type PruneScores,
  runCircuits,
} from "@autocircuit/core";
import { FullModel, fewestFaithful, logitDiff, logitDiffPercent } from "@autocircuit/metrics";

/** Prompts that sizes are tried on. */
const PROMPTS = 24;
/** Most prompts to measure on that the size found is held against: one run of one circuit. */
const HELD_OUT = 64;
/** Edges where the model has no logit difference that could be kept. */
const WITHOUT = 300;

/** How many of the best edges keep a share of the logit difference. */
export interface FaithfulSize {
  /** Share of the full model's logit difference that was to be kept. */
  readonly asked: number;
  readonly size: number;
  /** What they keep on these prompts, of those to discover with; null where the model has none. */
  readonly keptShare: number | null;
  readonly promptCount: number;
  /** What they keep on the first prompts to measure on, by which the size was not chosen; null where there are none. */
  readonly heldOut: { readonly keptShare: number | null; readonly promptCount: number } | null;
}

/**
 * The shortest beginning of a ranking that keeps a share of the model's logit difference when everything outside it is ablated, by the first
 * prompts to discover with; and what it keeps on others.
 */
export async function faithfulSize(
  { model, train, test }: LoadedTask,
  scores: PruneScores,
  { share: asked, ...options }: LongOptions & { share: number; ablation: AblationType },
): Promise<FaithfulSize> {
  using prompts = firstPrompts(train, PROMPTS);
  const found = await fewestFaithful(model, prompts, scores, { share: asked, ...options });
  const some = { asked, promptCount: prompts.promptCount };
  const size = found ?? { size: Math.min(WITHOUT, model.graph.edgeCount), keptShare: null };
  if (test.length === 0) return { ...some, ...size, heldOut: null };
  using others = firstPrompts(test, HELD_OUT);
  const keptShare = await shareKept(model, others, scores.circuit(size.size), options);
  return { ...some, ...size, heldOut: { keptShare, promptCount: others.promptCount } };
}

/** Share of the model's logit difference on some prompts that a circuit keeps; null where that is not above 0. */
async function shareKept(
  model: PatchableModel,
  prompts: PromptLoader,
  circuit: Circuit,
  { ablation, signal }: { ablation: AblationType; signal?: AbortSignal | undefined },
): Promise<number | null> {
  using full = new FullModel(model, prompts);
  const { edgeCount } = model.graph;
  const whole = [{ size: edgeCount, logits: await full.logits("clean", signal && { signal }) }];
  const [difference] = await logitDiff(model, prompts, whole);
  if (!(difference!.value > 0)) return null;
  using runs = await runCircuits(model, prompts, { circuits: [circuit], ablation, signal });
  const [measured] = await logitDiffPercent(model, prompts, runs, { full, ...(signal && { signal }) });
  return measured!.value / 100;
}
