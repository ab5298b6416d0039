import { commandLine } from "../support/command-line.ts";

/** The command that runs one unit alone. */
export function unitCommand(plan: string, out: string): (hash: string) => string {
  return (hash) => commandLine("sweep work", plan, { out, unit: hash.slice(0, 16) });
}
