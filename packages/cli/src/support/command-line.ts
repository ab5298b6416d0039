import type { TrainTest } from "@autocircuit/core";
import { type AskedSize, shareText } from "../discover/asked-size.ts";
import { flagOf, isOnByDefault, noFlagOf } from "./flag-of.ts";

/** The command as it would be typed: only the options that were given or have a default. */
export function commandLine(command: string, argument: string | undefined, options: object): string {
  const flags = Object.entries(options).flatMap(([name, value]): string[] => {
    const flag = flagOf(name);
    if (isOnByDefault(name) && value === true) return [];
    if (name === "set") return (value as string[]).map((setting) => `--set ${quoted(setting)}`);
    if (SPACED.has(name)) return [`${flag} ${(value as string[]).map(quoted).join(" ")}`];
    if (value === true) return [flag];
    if (value === false) return [noFlagOf(name)];
    return [`${flag} ${quoted(typed(value))}`];
  });
  return ["autocircuit", command, ...(argument === undefined ? [] : [quoted(argument)]), ...flags].join(" ");
}

/** Options whose values stand one after the other; those of other lists are joined by commas. */
const SPACED: ReadonlySet<string> = new Set(["prompts", "autoencoders"]);

/** What an option of commander's gave, as the option takes it. */
function typed(value: string | AskedSize | TrainTest | readonly unknown[]): string {
  if (typeof value !== "object") return String(value);
  if ("share" in value) return shareText(value.share);
  return "train" in value ? `${value.train},${value.test}` : value.join(",");
}

/** Quoted for a shell where that is needed. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
