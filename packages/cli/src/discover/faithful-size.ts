import type { AblationType, LoadedTask, PruneScores } from "@autocircuit/core";
import { fewestFaithful } from "@autocircuit/metrics";
import { Progress } from "../support/progress.ts";
import { firstPrompts } from "./first-prompts.ts";

/** Prompts that sizes are tried on. */
const PROMPTS = 24;
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

/** The shortest beginning of a ranking that keeps a share of the model's logit difference when everything outside it is ablated. */
export async function faithfulSize(
  { model, train }: LoadedTask,
  scores: PruneScores,
  asked: number,
  ablation: AblationType,
  signal: AbortSignal,
): Promise<FaithfulSize> {
  using prompts = firstPrompts(train, PROMPTS);
  using progress = new Progress("size");
  const found = await fewestFaithful(model, prompts, scores, {
    ...{ share: asked, ablation, signal },
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  const count = prompts.promptCount;
  return { asked, prompts: count, ...(found ?? { edges: Math.min(WITHOUT, model.graph.edgeCount), kept: null }) };
}

/** What the circuit keeps, for the report. */
export function faithfulText({ asked, edges, kept, prompts }: FaithfulSize): string {
  const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`;
  if (kept === null)
    return `The model's logit difference is not above 0 on these prompts: it does not do the task, and the ${edges} best edges say little.`;
  return `The ${edges.toLocaleString("en-US")} best edges keep ${percent(kept)} of the logit difference on ${prompts} of the prompts to discover with; ${percent(asked)} were asked for.`;
}
