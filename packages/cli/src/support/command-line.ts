/** The command as it would be typed: only the options that were given or have a default. */
export function commandLine(command: string, task: string | undefined, options: object): string {
  const flags = Object.entries(options).flatMap(([name, value]): string[] => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (name === "prependBos" && value) return [];
    if (name === "set") return (value as string[]).map((setting) => `--set ${quoted(setting)}`);
    if (SPACED.has(name)) return [`${flag} ${(value as string[]).map(quoted).join(" ")}`];
    if (value === true) return [flag];
    if (value === false) return [`--no-${flag.slice(2)}`];
    return [`${flag} ${quoted(Array.isArray(value) ? value.join(",") : String(value))}`];
  });
  return ["autocircuit", command, ...(task === undefined ? [] : [task]), ...flags].join(" ");
}

/** Options whose values stand one after the other; those of other lists are joined by commas. */
const SPACED: ReadonlySet<string> = new Set(["prompts", "autoencoders"]);

/** Quoted for a shell where that is needed. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
