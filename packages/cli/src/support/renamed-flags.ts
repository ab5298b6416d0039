import type { Command } from "commander";

/** Flags as they were called, and what they are called now. */
export const RENAMED_FLAGS: Readonly<Record<string, string>> = {
  "--node-edges": "--no-factorized",
  "--shared-qkv": "--no-separate-qkv",
  "--tau": "--taus",
  "--span-aggregation": "--aggregation",
  "--max-len": "--max-seq-len",
  "--stalled": "--stalled-after",
  "--limit": "--at-once",
  "--samples": "--steps",
};

/**
 * Says what a flag of before is called now, where the command has it.
 *
 * @param message commander's
 * @returns the message, with the flag's name in the place of names that are near
 */
export function explainRenamed(command: Command, message: string): string {
  const unknown = /unknown option '(--[\w-]+)/.exec(message)?.[1];
  const now = unknown === undefined || !Object.hasOwn(RENAMED_FLAGS, unknown) ? undefined : RENAMED_FLAGS[unknown];
  if (!command.options.some(({ long }) => long === now)) return message;
  return `${message.split("\n")[0]}. It is called ${now} now.\n`;
}
