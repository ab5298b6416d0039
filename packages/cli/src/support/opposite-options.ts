import type { Command } from "commander";
import { UsageError } from "./usage-error.ts";

/**
 * Has a command refuse an option together with its opposite (`--prune-latents --no-prune-latents`), of which commander lets the last one win.
 *
 * @throws UsageError while the command line is read
 */
export function refuseOpposites(command: Command): void {
  for (const { long: no, negate } of command.options) {
    const yes = negate && no ? no.replace("--no-", "--") : undefined;
    if (yes === undefined || !command.options.some(({ long }) => long === yes)) continue;
    const given = new Set<string>();
    for (const flag of [yes, no!]) {
      command.on(`option:${flag.slice("--".length)}`, () => {
        given.add(flag);
        if (given.size > 1) throw new UsageError(`${yes} and ${no} contradict each other: leave one of them out.`);
      });
    }
  }
}
