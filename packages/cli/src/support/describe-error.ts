import { cannotRead } from "@autocircuit/base";
import { EXIT, exitCodeFor } from "./exit-codes.ts";
import { type Flags, saidInFlags } from "./in-flags.ts";

const NONE: Flags = new Map();

/**
 * An error as one block: what went wrong, what caused it, where to look. The stack is added only for AUTOCIRCUIT_DEBUG=1.
 *
 * @param command what was run, e.g. `autocircuit discover`
 * @param flags that it has, by which the library's options are named
 */
export function describeError(
  error: unknown,
  command: string,
  { debug = process.env.AUTOCIRCUIT_DEBUG === "1", flags = NONE }: { debug?: boolean; flags?: Flags } = {},
): string {
  return shown(blockOf(error, command, debug, flags));
}

/** Without what would be no text on a terminal: names and beginnings of files that are quoted may be anything. */
function shown(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function blockOf(error: unknown, command: string, debug: boolean, flags: Flags): string {
  if (exitCodeFor(error) === EXIT.interrupted) {
    // What was kept of a download is no file yet, but more than nothing.
    const kept = error instanceof Error && error.message.includes("the next time") ? [`  ${error.message}`] : [];
    return [`${command}: stopped. No file was left half written.`, ...kept].join("\n");
  }
  const lines = [`${command}: ${messageOf(error, flags)}`];
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
    const text = messageOf(cause, flags);
    // The error above says it in words.
    const { code, path } = (cause ?? {}) as { code?: unknown; path?: unknown };
    if (SAID_IN_WORDS.has(code)) continue;
    if (
      code === "ENOENT" &&
      lines.some((line) => /no such file|does not exist/i.test(line) && line.includes(String(path)))
    )
      continue;
    // It may say the same behind the name of the function that it is from.
    const said = text.replace(/^\w+: /, "");
    if (!lines.some((line) => line.includes(said))) lines.push(`  because: ${text}`);
  }
  if (exitCodeFor(error) === EXIT.usage) lines.push(helpLine(command));
  if (debug && error instanceof Error && error.stack) lines.push(error.stack);
  else if (exitCodeFor(error) === EXIT.failure) lines.push("  details: run again with AUTOCIRCUIT_DEBUG=1");
  return lines.join("\n");
}

/** Where a command that was used wrongly is explained. */
export function helpLine(command: string): string {
  return `  help:    ${command} --help`;
}

/** What the system calls a folder in the place of a file, and what may not be read or written. */
const SAID_IN_WORDS: ReadonlySet<unknown> = new Set(["EISDIR", "ENOTDIR", "EACCES", "EPERM"]);

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function messageOf(error: unknown, flags: Flags): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as { code?: string; path?: string };
  // Others may be of what was to be written.
  const ofPath = path && (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR");
  return ofPath ? (cannotRead(path, error) as Error).message : saidInFlags(error, flags);
}
