import { counted, formatShare } from "@autocircuit/base";
import type { TaskAccuracy } from "@autocircuit/discovery";

/** How well the model alone does the task, in one line. */
export function accuracyText({ promptCount, above, first, logitDiff }: TaskAccuracy): string {
  const percent = (value: number) => formatShare(value / 100);
  const parts = [
    ...(above === null ? [] : [`the right answer above every wrong one in ${percent(above)}`]),
    `first of all tokens in ${percent(first)}`,
    ...(logitDiff === null ? [] : [`logit difference ${logitDiff.toFixed(2)}`]),
  ];
  return `the model alone, on ${counted(promptCount, "prompt")}: ${parts.join(", ")}`;
}
