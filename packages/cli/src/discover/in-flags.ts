import { AutocircuitError, type ErrorCode } from "@autocircuit/base";
import { UsageError } from "../support/usage-error.ts";
import { shareText } from "./asked-size.ts";

/** What options of the library are called on the command line; with a value those of which it makes another flag. */
export const FLAG_OF = {
  size: "--size",
  keep: "--keep",
  faithful: "--faithful",
  tries: "--tries",
  seconds: "--budget",
  select: "--select",
  rank: "--rank",
  selectSeconds: "--select-seconds",
  prune: "--prune",
  algorithm: "--algorithm",
  ablation: "--ablation",
  byToken: "--by-token",
  knownCircuit: "--known-circuit",
  model: "--model",
  prompts: "--prompts",
  batchSize: "--batch-size",
  batchCount: "--batch-count",
  seqLen: "--seq-len",
  resume: "--resume",
  autoencoders: "--autoencoders",
  keepLatents: "--keep-latents",
  "partialAutoencoders: true": "--partial-autoencoders",
  "factorized: false": "--node-edges",
  "separateQkv: false": "--shared-qkv",
  "ungrouped: true": "--ungrouped",
} as const satisfies Readonly<Record<string, string>>;

/** Options of algorithms that the library names beside: `--set` gives them. */
const SET_OPTIONS: ReadonlySet<string> = new Set(["largestBatch"]);

const REFUSED: readonly ErrorCode[] = ["bad-input", "unknown-name"];

/**
 * Does what options of a discovery are given to; what the library refuses is said with the names that they have on the command line.
 *
 * @param codes of errors that are refusals; there is memory foretold beside them
 * @throws UsageError for what the library refuses; whatever else it throws
 */
export function inFlags<Result>(work: () => Result, codes = REFUSED): Result {
  try {
    return work();
  } catch (error) {
    throw flagError(error, codes);
  }
}

/** An error of the library as {@link inFlags} throws it. */
export function flagError(error: unknown, codes = REFUSED): unknown {
  if (!(error instanceof AutocircuitError)) return error;
  if (error.reason !== "memory-foretold" && !codes.includes(error.code)) return error;
  return new UsageError(inFlagNames(error.message.replace(TRY_ANYWAY, "")), { cause: error.cause });
}

/** What a program alone can say. */
const TRY_ANYWAY = / [^.]*`free: Infinity`\./;

/** For what is loaded or run: throws what has no room as {@link inFlags} does, and whatever else there was as it is. */
export function memoryInFlags(error: unknown): never {
  throw error instanceof AutocircuitError && error.reason === "memory-foretold" ? flagError(error) : error;
}

/** A text of the library with flags in the place of options: `keep` becomes --keep, and `select: "exact"` --select exact. */
export function inFlagNames(text: string): string {
  return inFlagsOf(FLAG_OF, text);
}

/** The same with the flags of another command than discover. */
export function inFlagsOf(flags: Readonly<Record<string, string>>, text: string): string {
  const flagNamed = (option: string) => (Object.hasOwn(flags, option) ? flags[option] : undefined);
  return text.replaceAll(/`((\w+)(?:: "?([^`"]+)"?)?)`/g, (written, whole: string, name: string, value?: string) => {
    const flag = flagNamed(whole) ?? flagNamed(name);
    if (flag === undefined) return value !== undefined && SET_OPTIONS.has(name) ? `--set ${name}=${value}` : written;
    return value === undefined || flag === flagNamed(whole) ? flag : `${flag} ${inPercent(value)}`;
  });
}

/** A share as the command line takes it, `20%`; other values as they are. */
function inPercent(value: string): string {
  const share = /^\{ share: (\S+) \}$/.exec(value)?.[1];
  return share === undefined ? value : shareText(Number(share));
}
