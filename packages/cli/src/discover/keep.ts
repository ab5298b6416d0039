import { type LoadedTask, PromptLoader, type PruneScores } from "@autocircuit/core";
import { type AlgorithmName, type FewestEdges, fewestEdges } from "@autocircuit/discovery";
import { Progress } from "../support/progress.ts";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverSettings } from "./settings.ts";
import { ACDC_UP_TO, outputsNumbers } from "./settings.ts";

/** Up to this many edges smaller circuits are looked for at random, unless the number of tries is given. */
const TRIES_UP_TO = 1000;
const USUAL_TRIES = 20;

/** What a circuit keeps of the right answers, as `discover --json` writes it. */
export interface KeptCircuit {
  /** Share of the answers that was to be kept. */
  asked: number;
  /** Prompt pairs, all that were loaded. */
  prompts: number;
  /** Outputs of the full model: prompts, or prompts times positions. */
  outputs: number;
  /** Outputs that the full model gets right. */
  answers: number;
  /** How many of these the circuit gets right. */
  kept: number;
  /** `kept / answers` */
  share: number;
  /** Whose ranking led to the circuit. */
  from: string;
  /** How far each ranking led: edges of its shortest beginning that keeps enough, and of what is left of that. */
  starts: { algorithm: string; prefix: number; edges: number; curve: { edges: number; share: number }[] }[];
  /** Random changes in search of a smaller circuit. */
  tries: number;
}

/** The algorithms to start from where none was named: cheap ones, and ACDC where it is not too slow. */
export function startingAlgorithms({ model }: LoadedTask): [AlgorithmName, Record<string, unknown>][] {
  return [
    ["edge-attribution", {}],
    ["mask-gradient", { samples: 10 }],
    ["activation-magnitude", {}],
    ...(model.graph.edgeCount <= ACDC_UP_TO ? [["acdc", { taus: [1e-2] }] satisfies [AlgorithmName, object]] : []),
  ];
}

/** @throws UsageError for a model whose outputs are numbers: those are never just right or wrong */
export function requireTokens(task: LoadedTask): void {
  if (!outputsNumbers(task)) return;
  throw new UsageError(
    "The model gives a number, which is never just right or wrong: instead of --keep or --faithful give --size.",
  );
}

/** The circuit with the fewest edges that keeps enough of the answers to all prompts, those for measuring included. */
export async function keepAnswers(
  task: LoadedTask,
  scores: readonly PruneScores[],
  { keep, ablation, seed, tries: asked }: DiscoverSettings,
  signal: AbortSignal,
): Promise<{ found: FewestEdges; keep: KeptCircuit }> {
  const { model } = task;
  const tries = asked ?? (model.graph.edgeCount <= TRIES_UP_TO ? USUAL_TRIES : 0);
  using prompts = allPrompts(task);
  using progress = new Progress("fewest edges");
  const found = await fewestEdges(model, prompts, scores, {
    ...{ keep, ablation, tries, seed, signal },
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  const { answers, outputs, kept } = found;
  const names = scores.map(({ info }) => info.algorithm!);
  const starts = found.starts.map(({ prefix, edges, curve }, i) => ({
    ...{ algorithm: names[i]!, prefix, edges },
    curve: curve.map((point) => ({ edges: point.edges, share: point.kept / answers })),
  }));
  const share = kept / answers;
  const about = { asked: keep!, prompts: prompts.promptCount, outputs, answers, kept, share };
  return { found, keep: { ...about, from: names[found.best]!, starts, tries } };
}

/** Training and test prompts together, in batches that leave none over. */
function allPrompts({ train, test }: LoadedTask): PromptLoader {
  const batchSize = test.length === 0 ? train.batchSize : commonDivisor(train.batchSize, test.batchSize);
  const length = Math.max(...[...train, ...test].map((batch) => batch.length));
  // What fills shorter prompts does not matter: padded positions are not attended to.
  return new PromptLoader([...train.prompts, ...test.prompts], { batchSize, length, padId: 0 });
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
