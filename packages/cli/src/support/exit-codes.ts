import { inputErrorCodes } from "@autocircuit/base";

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** The work itself failed. */
  failure: 1,
  /** Wrong usage or input: nothing was done. */
  usage: 2,
  /** Done, and the answer is no: a circuit that does not pass its tests, or of which nothing could be told. */
  refused: 3,
  /** Stopped: by SIGINT (128 + 2, as shells have it); the process of one that SIGTERM stopped ends with 143. */
  interrupted: 130,
} as const;

/** Codes that mean that what was given was wrong, not that the work failed: of AutocircuitError, and of the system. */
const INPUT_CODES: ReadonlySet<string> = new Set([...inputErrorCodes, "ENOENT", "EISDIR", "ENOTDIR"]);

/** What the system says where a disk is full or broken: what was given may be right. */
const DISK_CODES = new Set(["ENOSPC", "EDQUOT", "EIO"]);

/** The exit code an error leads to. Recognises AutocircuitError by its code, so that the addon need not be loaded. */
export function exitCodeFor(error: unknown): number {
  const { name, code, reason, cause } = error as Record<"name" | "code" | "reason", unknown> & {
    cause?: { code?: unknown };
  };
  if (code === "aborted" || name === "AbortError") return EXIT.interrupted;
  if (typeof cause?.code === "string" && DISK_CODES.has(cause.code)) return EXIT.failure;
  if (name === "UsageError" || name === "RaspError") return EXIT.usage;
  // What has no room was not begun.
  if (reason === "memory-foretold") return EXIT.usage;
  if (typeof code === "string" && INPUT_CODES.has(code)) return EXIT.usage;
  return EXIT.failure;
}
