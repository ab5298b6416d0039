import { setTimeout as wait } from "node:timers/promises";
import { claimNow } from "./claim.ts";

/** Between two looks at a claim that another has, in milliseconds: so much, and up to as much again, so that those who wait do not come together. */
const PAUSE = 20;

/**
 * Does something while this process has a claim, for which it waits as long as another has it.
 *
 * @param path see {@link claimNow}
 * @throws AutocircuitError `bad-file` where the claim cannot be written; whatever the work throws
 * @example
 * await whileClaimed("table.json.claim", () => writeWhole("table.json", JSON.stringify({ rows: [] })));
 */
export async function whileClaimed<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    using claim = claimNow(path);
    if (claim) return await work();
    await wait(PAUSE * (1 + Math.random()));
  }
}
