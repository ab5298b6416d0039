import type { FaithfulSize } from "@autocircuit/discovery";

/** What the circuit keeps, for the report. */
export function faithfulText({ asked, edges, kept, prompts }: FaithfulSize): string {
  const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`;
  if (kept === null)
    return `The model's logit difference is not above 0 on these prompts: it does not do the task, and the ${edges} best edges say little.`;
  return `The ${edges.toLocaleString("en-US")} best edges keep ${percent(kept)} of the logit difference on ${prompts} of the prompts to discover with; ${percent(asked)} were asked for.`;
}
