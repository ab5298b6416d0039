/** Options whose value is a path of the machine that ran the command, and what is shown in its place. */
const PATHS: Readonly<Record<string, string | undefined>> = { "--python": "PEERS/bin/python", "--model": "MODEL" };

/** The command that made a report, as the docs keep it: without the paths of one machine. */
export function shownCommand(args: readonly string[]): string {
  const shown = args.flatMap((argument, i) => {
    const option = args[i - 1] ?? "";
    if (argument === "--json" || option === "--json") return [];
    return [PATHS[option] ?? argument];
  });
  return `npm run bench -- ${shown.join(" ")}`;
}
