import { type AblationType, firstPrompts, type PatchableModel, type PromptLoader } from "@autocircuit/core";
import type { SearchClock } from "../long-search/search-clock.ts";
import { beginning } from "./beginning.ts";
import { KeptAnswers } from "./kept-answers.ts";
import type { KnownSizes } from "./known-sizes.ts";
import { type SearchProgress, searchPhases } from "./search-progress.ts";
import type { PrefixSearch } from "./smallest-prefix.ts";

/** Prompts it is looked for on: of fewer, a usual share would be all of the answers. */
const FEW = 16;
/** The first size; and how near to each other a size that keeps enough and one that does not are at the end. */
const [FIRST, NEAR] = [16, 1.1];

/** A circuit that keeps enough of the answers to a few prompts. */
export interface FirstCircuit {
  /** Edges of the ranking's beginning. */
  readonly size: number;
  /** 0 inside, 1 outside. */
  readonly mask: Float32Array;
  readonly promptCount: number;
  readonly outputs: number;
  readonly answers: number;
  readonly kept: number;
}

/** What {@link firstCircuit} needs. */
interface FirstCircuitOptions {
  /** Edges, most important first. */
  readonly ranking: Uint32Array;
  /** Sizes that an earlier run has tried; those tried now are noted there. */
  readonly known: KnownSizes;
  readonly need: (judge: KeptAnswers) => number;
  readonly ablation: AblationType;
  readonly clock: SearchClock;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: SearchProgress) => void;
}

/**
 * A beginning of a ranking that keeps enough of the answers to the first few prompts, so that there is something to show in however short a
 * time, and a size to begin with on all. Sizes are doubled until one keeps enough, and then halved in between while there is time; where there
 * is none for the first, all edges are what keeps enough.
 *
 * @returns undefined where the model answers none of these prompts right
 */
export async function firstCircuit(
  model: PatchableModel,
  prompts: PromptLoader,
  { ranking, known, need, ablation, clock, signal, onProgress }: FirstCircuitOptions,
): Promise<FirstCircuit | undefined> {
  using few = firstPrompts(prompts, FEW);
  using judge = await KeptAnswers.start(model, few, ablation, { signal });
  if (judge.answers === 0) return undefined;
  const enough = need(judge);
  const about = Math.ceil(Math.log2(Math.max(2, ranking.length / FIRST)) - Math.log2(Math.log2(NEAR)));
  let done = 0;
  const count: PrefixSearch["count"] = (masks, rows, atLeast) => judge.count(masks, rows, atLeast, clock.signal);
  const keeps = async (size: number) => {
    if (size === ranking.length) return judge.answers;
    const [kept = 0] = await known.count([size], { ranking, count }, enough);
    onProgress({ phase: searchPhases.first, done: ++done, total: Math.max(done, about), even: false });
    return kept;
  };
  let low = 0;
  // All edges are the full model.
  let [high, kept] = [ranking.length, judge.answers];
  await clock.within(async () => {
    let next = Math.min(FIRST, ranking.length);
    for (let some = await keeps(next); ; some = await keeps(next)) {
      if (some >= enough) [high, kept] = [next, some];
      if (some >= enough) break;
      low = next;
      next = Math.min(2 * next, ranking.length);
    }
    while (high - low > 1 && high > NEAR * low) {
      const size = Math.round((low + high) / 2);
      const some = await keeps(size);
      if (some < enough) low = size;
      else [high, kept] = [size, some];
    }
  });
  const { outputs, answers } = judge;
  return { size: high, mask: beginning(ranking, high), promptCount: few.promptCount, outputs, answers, kept };
}
