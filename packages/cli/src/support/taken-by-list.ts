import type { Command } from "commander";

/**
 * Says it where an argument is missing because an option with a list took it: `test --autoencoders saes circuit.json`.
 *
 * @param message commander's
 * @returns the message, with what to do where that may be why
 */
export function explainTakenByList(command: Command, message: string): string {
  const missing = /missing required argument '(.*)'/.exec(message)?.[1];
  const lists = command.options.filter(
    (option) => option.variadic && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  const taker = lists.find((option) => (command.getOptionValue(option.attributeName()) as unknown[]).length > 1);
  if (missing === undefined || taker === undefined) return message;
  const last = (command.getOptionValue(taker.attributeName()) as string[]).at(-1);
  return `${message.trimEnd()}. ${taker.long} takes all that stands behind it, ${last} too: put the ${missing} before the options.\n`;
}
