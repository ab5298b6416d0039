import type { DiscoverCommandOptions } from "./options.ts";

/** The command as it would be typed: only the options that were given or have a default. */
export function commandLine(command: string, task: string | undefined, options: DiscoverCommandOptions): string {
  const flags = Object.entries(options).flatMap(([name, value]): string[] => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (name === "prependBos") return value ? [] : ["--no-prepend-bos"];
    if (name === "set") return (value as string[]).map((setting) => `--set ${quoted(setting)}`);
    if (name === "prompts") return [`--prompts ${(value as string[]).map(quoted).join(" ")}`];
    if (value === true) return [flag];
    return [`${flag} ${quoted(Array.isArray(value) ? value.join(",") : String(value))}`];
  });
  return ["autocircuit", command, ...(task === undefined ? [] : [task]), ...flags].join(" ");
}

/** Quoted for a shell where that is needed. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
