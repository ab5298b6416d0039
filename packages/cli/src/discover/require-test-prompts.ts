import type { LoadedTask } from "@autocircuit/core";
import { testPromptsProblem } from "@autocircuit/metrics";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverSettings } from "./settings.ts";

/** @throws UsageError, before anything is computed, where there are too few prompts for the tests that were asked for */
export function requireTestPrompts({ test }: Pick<DiscoverSettings, "test">, task: Pick<LoadedTask, "test">): void {
  const problem = test ? testPromptsProblem(task.test.promptCount) : undefined;
  if (problem !== undefined) throw new UsageError(`--test: ${problem}. Give more prompts, or leave --test out.`);
}
