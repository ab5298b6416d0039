import { formatShare } from "@autocircuit/base";
import { FAITHFUL_WITHIN } from "@autocircuit/metrics";
import type { FaithfulSize } from "../find-circuit/faithful-size.ts";

/** How the size was found, for the report, whose verdict says what the circuit keeps. */
export function faithfulText({ asked, size, keptShare, promptCount, heldOut }: FaithfulSize): string {
  if (keptShare === null)
    return `The model's logit difference is not above 0 on these prompts: it does not do the task, and the ${size} best edges say little.`;
  const found = `The size is found on ${promptCount} of the prompts to discover with, to within a factor of ${FAITHFUL_WITHIN}`;
  return `${found}, where ${formatShare(asked)} of the logit difference were asked for${heldOutText(heldOut)}.`;
}

/** Why there is nothing to hold that against. */
function heldOutText(heldOut: FaithfulSize["heldOut"]): string {
  if (heldOut === null) return "; there are no other prompts to hold that against";
  return heldOut.keptShare === null
    ? `; on ${heldOut.promptCount} of the prompts to measure on the model's is not above 0, so that nothing could be kept`
    : "";
}
