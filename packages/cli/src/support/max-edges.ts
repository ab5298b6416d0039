import type { Command } from "commander";
import { wholeNumber } from "./parse-options.ts";

/** Adds the option that raises the limit of a graph's size; {@link applyMaxEdges} heeds it. */
export function addMaxEdges(command: Command): Command {
  return command.option(
    "--max-edges <n>",
    "largest graph that is made, in edges; one node for every 128 (default: 16777216)",
    wholeNumber(1),
  );
}

/** Sets the limit that was given, before the command starts. */
export async function applyMaxEdges({ maxEdges }: { maxEdges?: number }): Promise<void> {
  if (maxEdges === undefined) return;
  const { setMaxEdges } = await import("@autocircuit/core");
  setMaxEdges(maxEdges);
}
