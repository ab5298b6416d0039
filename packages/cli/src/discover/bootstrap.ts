import { formatBytes } from "@autocircuit/base";
import type { LoadedTask, PromptPair } from "@autocircuit/core";
import {
  type FoundCircuit,
  type FoundStability,
  foundStability,
  type NoStability,
  type StabilityPlan,
  type SureEdge,
  stabilityNotes,
  stabilityPlan,
} from "@autocircuit/discovery";
import { numberPrompts } from "@autocircuit/metrics";
import { inFlagNames } from "../support/in-flags.ts";
import { Progress } from "../support/progress.ts";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverSettings } from "./settings.ts";

/** How sure a circuit is, as `discover --json` writes it. */
export interface BootstrapJson extends Omit<FoundStability, "edges"> {
  /** What so few prompts cannot show. */
  notes: readonly string[];
}

/** The scores of single prompts, as an algorithm gives them, and how often they are to be drawn again. */
export interface PromptRows {
  readonly rows: Float32Array[];
  readonly resamples: number;
  readonly onPrompt: (scores: Float32Array) => void;
}

/**
 * Where the scores of single prompts go: by default of every algorithm that gives them, as long as they take little memory and time;
 * a line says so where they would not.
 *
 * @throws UsageError where a bootstrap was asked for that cannot be
 */
export function promptRows(
  { algorithm, given, size, keep, bootstrap: asked }: DiscoverSettings,
  task: LoadedTask,
): { rows?: PromptRows; note?: string } {
  if (asked === 0) return {};
  const plan = stabilityPlan(task, { algorithm, options: given, size, keep, resamples: asked });
  const { resamples, reason, fewest } = plan;
  if (resamples !== null) {
    const rows: Float32Array[] = [];
    return { rows: { rows, resamples, onPrompt: (scores) => rows.push(scores) } };
  }
  const why = WHY[reason!](plan, task.train.promptCount, algorithm);
  if (asked !== undefined) throw new UsageError(`--bootstrap ${asked}: ${why}.`);
  if (reason === "empty" || reason === "keep" || reason === "algorithm") return {};
  const does = reason === "memory" || reason === "time" ? ` (--bootstrap ${fewest} does)` : "";
  return { note: `How stable the circuit is was not measured: ${why}${does}.` };
}

/** Why there is nothing to draw from, in the words of the command line. */
const WHY: Readonly<
  Record<NoStability, (plan: StabilityPlan, promptCount: number, algorithm: DiscoverSettings["algorithm"]) => string>
> = {
  empty: () => "a circuit without edges has nothing to be sure of",
  keep: () =>
    "the search for few edges (--keep, the default where no circuit is known) has no scores of single prompts; give --size",
  algorithm: (_, __, algorithm) =>
    `${algorithm} gives no scores of single prompts; methods of attribution, such as eap-ig-inputs, do`,
  ranks: () => "ranks of single prompts do not add up to those of all",
  "ablate-from": () => "with --set ablateFrom there are no scores of single prompts",
  "one-prompt": (_, promptCount) =>
    `${promptCount === 1 ? "there is one prompt" : `there are ${promptCount} times the same prompt`} to discover with, and every resample would be the same`,
  memory: ({ bytes, mostBytes }, promptCount) =>
    `the scores of ${promptCount} prompts take ${formatBytes(bytes)}, and at most ${formatBytes(mostBytes)} are kept`,
  time: () => "it would take long",
};

/** What the resamples say of a circuit and its edges, by their names; null where there are no scores of single prompts. */
export async function bootstrapped(
  { rows, resamples }: PromptRows,
  found: FoundCircuit,
  about: Pick<DiscoverSettings, "seed" | "rank"> & { prompts: readonly PromptPair[]; signal: AbortSignal },
): Promise<{ json: BootstrapJson; edges: ReadonlyMap<string, Omit<SureEdge, "edge">> } | null> {
  const { seed, rank, prompts, signal } = about;
  using progress = new Progress("resamples");
  const stability = await foundStability(found, rows, {
    ...{ resamples, seed, rank, signal, promptNumbers: numberPrompts(prompts) },
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  if (stability === null) return null;
  const { edges, ...json } = stability;
  const named = edges.map(({ edge, ...sure }) => [`${found.circuit.graph.edge(edge)}`, sure] as const);
  return { json: { ...json, notes: stabilityNotes(json).map((note) => inFlagNames(note)) }, edges: new Map(named) };
}
