import type { TaskAccuracy } from "@autocircuit/discovery";

/** How well the model alone does the task, in one line. */
export function accuracyText({ prompts, above, first, logitDiff }: TaskAccuracy): string {
  const percent = (value: number) => `${Math.floor(value * 10) / 10} %`;
  const parts = [
    ...(above === null ? [] : [`the right answer above every wrong one in ${percent(above)}`]),
    `first of all tokens in ${percent(first)}`,
    ...(logitDiff === null ? [] : [`logit difference ${logitDiff.toFixed(2)}`]),
  ];
  return `the model alone, on ${prompts} prompts: ${parts.join(", ")}`;
}
