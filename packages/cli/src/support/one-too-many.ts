import type { Command } from "commander";

/**
 * Says it where an argument is too many because it was meant for an option that takes one value: `measure TASK --scores a.safetensors b.safetensors`.
 *
 * @param args all that was typed
 * @param message commander's
 * @returns the message, with what to do where that may be why
 */
export function explainOneTooMany(command: Command, args: readonly string[], message: string): string {
  if (!message.includes("too many arguments")) return message;
  const flagged = args.findIndex((arg, at) => {
    const option = command.options.find(({ long, short }) => arg === long || arg === short);
    return option?.required === true && !option.variadic && command.args.includes(args[at + 2]!);
  });
  if (flagged < 0) return message;
  return `${message.trimEnd()} ${args[flagged]} takes one value: ${args[flagged + 1]}, not ${args[flagged + 2]} too.\n`;
}
