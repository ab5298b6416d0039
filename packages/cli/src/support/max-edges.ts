import { usualMaxEdges } from "@autocircuit/core";
import { Option } from "commander";
import { wholeNumber } from "./parse-options.ts";

/** The option that raises the limit of a graph's size; {@link applyMaxEdges} heeds it. */
export function maxEdges(): Option {
  return new Option(
    "--max-edges <n>",
    `largest graph that is made, in edges; one node is allowed for every 128 (default: ${usualMaxEdges})`,
  ).argParser(wholeNumber(1));
}

/** Sets the limit that was given, before the command starts. */
export async function applyMaxEdges(options: { maxEdges?: number }): Promise<void> {
  if (options.maxEdges === undefined) return;
  const { setMaxEdges } = await import("@autocircuit/core");
  setMaxEdges(options.maxEdges);
}
