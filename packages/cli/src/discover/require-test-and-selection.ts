import type { LoadedTask } from "@autocircuit/core";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverSettings } from "./settings.ts";

/**
 * Checks, before anything is computed, that what is to be done with the scores can be done on this graph and with these prompts.
 *
 * @throws UsageError saying what to give instead
 */
export function requireTestAndSelection(
  { test, select, size }: Pick<DiscoverSettings, "test" | "select" | "size">,
  task: Pick<LoadedTask, "model" | "test">,
): void {
  const prompts = task.test.promptCount;
  if (test && prompts < 2)
    throw new UsageError(
      `--test compares the scores of prompts, and there is ${prompts === 0 ? "none" : "one"} to measure on. Give more prompts, or leave --test out.`,
    );
  if (select !== "exact") return;
  const { factorized, tokens } = task.model.graph;
  if (!factorized || tokens !== null)
    throw new UsageError(
      `--select exact needs a graph of single edges ${tokens === null ? "(leave --node-edges out)" : "that is not by token (leave --by-token out)"}, or take --select greedy.`,
    );
  if (size === 0) throw new UsageError("--select exact --size 0: a connected circuit has at least one edge.");
}
