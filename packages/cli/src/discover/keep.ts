import type { LoadedTask } from "@autocircuit/core";
import { outputsNumbers } from "@autocircuit/discovery";
import { UsageError } from "../support/usage-error.ts";

/** @throws UsageError for a model whose outputs are numbers: those are never just right or wrong */
export function requireTokens(task: LoadedTask): void {
  if (!outputsNumbers(task)) return;
  throw new UsageError(
    "The model gives a number, which is never just right or wrong: instead of --keep or --faithful give --size.",
  );
}
