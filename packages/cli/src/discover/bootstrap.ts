import { formatBytes } from "@autocircuit/base";
import type { LoadedTask } from "@autocircuit/core";
import {
  type FoundCircuit,
  type FoundStability,
  foundStability,
  type NoStability,
  type StabilityPlan,
  stabilityNotes,
  stabilityPlan,
} from "@autocircuit/discovery";
import { inFlagNames } from "../support/in-flags.ts";
import { Progress } from "../support/progress.ts";
import { UsageError } from "../support/usage-error.ts";
import { findOptionsOf } from "./find.ts";
import type { DiscoverSettings } from "./settings.ts";

/** How sure a circuit is, as `discover --json` writes it. */
export interface BootstrapJson extends Omit<FoundStability, "edges"> {
  /** What so few prompts cannot show. */
  notes: readonly string[];
}

/**
 * How the stability of the circuit is to be told: by default of every algorithm that gives the scores of single prompts, as long as they take
 * little memory and time; a line says so where they would not.
 *
 * @throws UsageError where a bootstrap was asked for that cannot be
 */
export function bootstrapPlan(
  settings: DiscoverSettings,
  task: LoadedTask,
): { plan: Pick<StabilityPlan, "find" | "rows" | "resamples">; note?: string } {
  const { algorithm, bootstrap: asked } = settings;
  const find = findOptionsOf(settings);
  if (asked === 0) return { plan: { find, rows: [], resamples: null } };
  const plan = stabilityPlan(task, { ...find, resamples: asked });
  const { reason, fewest } = plan;
  if (reason === null) return { plan };
  const why = WHY[reason](plan, task.train.promptCount, algorithm);
  if (asked !== undefined) throw new UsageError(`--bootstrap ${asked}: ${why}.`);
  if (reason === "empty" || reason === "keep" || reason === "algorithm") return { plan };
  const does = reason === "memory" || reason === "time" ? ` (--bootstrap ${fewest} does)` : "";
  return { plan, note: `How stable the circuit is was not measured: ${why}${does}.` };
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

/** What the resamples say of a circuit, with progress; null where there are no scores of single prompts. */
export async function bootstrapped(
  task: LoadedTask,
  found: FoundCircuit,
  plan: Pick<StabilityPlan, "rows" | "resamples">,
  signal: AbortSignal,
): Promise<FoundStability | null> {
  if (plan.resamples === null) return null;
  using progress = new Progress("resamples");
  return await foundStability(task, found, plan, {
    signal,
    onProgress: ({ done, total }) => progress.update(done, total),
  });
}

/** The same as `discover --json` writes it: its edges stand with those of the circuit. */
export function bootstrapJson(stability: FoundStability): BootstrapJson {
  const { edges: _, ...json } = stability;
  return { ...json, notes: stabilityNotes(json).map((note) => inFlagNames(note)) };
}
