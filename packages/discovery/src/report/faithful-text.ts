import { formatShare } from "@autocircuit/base";
import { FAITHFUL_WITHIN } from "@autocircuit/metrics";
import type { FaithfulSize } from "../find-circuit/faithful-size.ts";

/** What the circuit keeps, for the report. */
export function faithfulText({ asked, size, keptShare, promptCount, heldOut }: FaithfulSize): string {
  if (keptShare === null)
    return `The model's logit difference is not above 0 on these prompts: it does not do the task, and the ${size} best edges say little.`;
  const of = `on ${promptCount} of the prompts to discover with`;
  const found = `The ${size.toLocaleString("en-US")} best edges keep ${formatShare(keptShare)} of the logit difference ${of}${heldOutText(heldOut)}`;
  return `${found}. ${formatShare(asked)} were asked for; the size is found on the former, to within a factor of ${FAITHFUL_WITHIN}.`;
}

function heldOutText(heldOut: FaithfulSize["heldOut"]): string {
  if (heldOut === null) return "; there are no others to hold that against";
  const of = `on ${heldOut.promptCount} of the prompts to measure on`;
  return heldOut.keptShare === null
    ? `; ${of} the model's is not above 0, so that nothing could be kept`
    : `, and ${formatShare(heldOut.keptShare)} ${of}`;
}
