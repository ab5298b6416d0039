import { FAITHFUL_WITHIN } from "@autocircuit/metrics";
import type { FaithfulSize } from "../find-circuit/faithful-size.ts";

/** What the circuit keeps, for the report. */
export function faithfulText({ asked, edges, kept, prompts, heldOut }: FaithfulSize): string {
  if (kept === null)
    return `The model's logit difference is not above 0 on these prompts: it does not do the task, and the ${edges} best edges say little.`;
  const of = `on ${prompts} of the prompts to discover with`;
  const found = `The ${edges.toLocaleString("en-US")} best edges keep ${percentText(kept)} of the logit difference ${of}${heldOutText(heldOut)}`;
  return `${found}. ${percentText(asked)} were asked for; the size is found on the former, to within a factor of ${FAITHFUL_WITHIN}.`;
}

function heldOutText(heldOut: FaithfulSize["heldOut"]): string {
  if (heldOut === null) return "; there are no others to hold that against";
  const of = `on ${heldOut.prompts} of the prompts to measure on`;
  return heldOut.kept === null
    ? `; ${of} the model's is not above 0, so that nothing could be kept`
    : `, and ${percentText(heldOut.kept)} ${of}`;
}

/** A share as it is at the least: 0.8669 as 86.6 %. */
export function percentText(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
