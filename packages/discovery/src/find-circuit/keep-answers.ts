import { type LoadedTask, PromptLoader, type PruneScores } from "@autocircuit/core";
import { type FewestEdges, type FewestEdgesOptions, fewestEdges } from "../fewest-edges/fewest-edges.ts";
import { requireRightAnswers } from "../fewest-edges/right-answers.ts";
import type { SearchProgress } from "../fewest-edges/search-progress.ts";

/** Up to this many edges smaller circuits are looked for at random, unless the number of tries is given. */
export const TRIES_UP_TO = 1000;
/** How often. */
export const USUAL_TRIES = 20;

/** What a circuit keeps of the right answers; plain data. */
export interface KeptCircuit {
  /** Share of the answers that was to be kept. */
  asked: number;
  /** Prompt pairs by which the answers were judged; fewer than were loaded where the time was over before all were. */
  promptCount: number;
  /** Prompt pairs that were loaded. */
  loaded: number;
  /** Outputs of the full model: prompts, or prompts times positions. */
  outputs: number;
  /** Outputs that the full model gets right. */
  answers: number;
  /** How many of these the circuit gets right. */
  keptCount: number;
  /** `keptCount / answers` */
  keptShare: number;
  /** Whether no single edge can be dropped; false where the time was over before that was known. */
  complete: boolean;
  /** Where the search stood when its time was over; null where it was not, or was over before it began. */
  ended: SearchProgress | null;
  /** Whose ranking led to the circuit. */
  from: string;
  /**
   * How far each ranking led: edges of its shortest beginning that keeps enough, and of what is left of that. Both are all edges of the
   * graph for a ranking that was given up.
   */
  starts: { algorithm: string; prefix: number; size: number; curve: { size: number; keptShare: number }[] }[];
  /** Random changes in search of a smaller circuit that there was time for. */
  tries: number;
}

/**
 * The circuit with the fewest edges that keeps enough of the answers to all prompts, those for measuring included; and how many random changes
 * were asked for.
 */
export async function keepAnswers(
  task: LoadedTask,
  scores: readonly PruneScores[],
  { keep, tries: asked, ...options }: FewestEdgesOptions & { keep: number },
): Promise<{ found: FewestEdges; keep: KeptCircuit; tries: number }> {
  const { model } = task;
  const tries = asked ?? (model.graph.edgeCount <= TRIES_UP_TO ? USUAL_TRIES : 0);
  using prompts = allPrompts(task);
  const found = await fewestEdges(model, prompts, scores, { ...options, keep, tries });
  const { answers, outputs, keptCount, complete, ended } = found;
  const names = scores.map(({ info }) => info.algorithm!);
  const starts = found.starts.map(({ prefix, size, curve }, i) => ({
    ...{ algorithm: names[i]!, prefix, size },
    curve: curve.map((point) => ({ size: point.size, keptShare: point.kept / answers })),
  }));
  const keptShare = keptCount / answers;
  const about = {
    ...{ asked: keep, promptCount: found.promptCount, loaded: prompts.promptCount },
    ...{ outputs, answers, keptCount, keptShare, complete, ended },
  };
  return { found, keep: { ...about, from: names[found.best]!, starts, tries: found.tried }, tries };
}

/**
 * Holds, before edges are ranked, that the model answers something right.
 *
 * @throws AutocircuitError `bad-input` where there is nothing to keep; `aborted`
 */
export async function requireAnswers(task: LoadedTask, signal: AbortSignal | undefined): Promise<void> {
  using prompts = allPrompts(task);
  await requireRightAnswers(task.model, prompts, signal);
}

/** Training and test prompts together, in batches that leave none over. */
function allPrompts({ train, test }: LoadedTask): PromptLoader {
  const batchSize = test.length === 0 ? train.batchSize : commonDivisor(train.batchSize, test.batchSize);
  const seqLen = Math.max(...[...train, ...test].map((batch) => batch.seqLen));
  // What fills shorter prompts does not matter: padded positions are not attended to.
  return new PromptLoader([...train.prompts, ...test.prompts], { batchSize, seqLen, padId: 0 });
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
