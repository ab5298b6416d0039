import type { LoadedTask } from "@autocircuit/core";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverSettings } from "./settings.ts";

/** @throws UsageError, before anything is computed, where there are too few prompts for the tests that were asked for */
export function requireTestPrompts({ test }: Pick<DiscoverSettings, "test">, task: Pick<LoadedTask, "test">): void {
  const prompts = task.test.promptCount;
  if (test && prompts < 2)
    throw new UsageError(
      `--test compares the scores of prompts, and there is ${prompts === 0 ? "none" : "one"} to measure on. Give more prompts, or leave --test out.`,
    );
}
