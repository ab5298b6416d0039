import { AutocircuitError } from "@autocircuit/base";
import type { Command } from "commander";
import { shareText } from "../discover/asked-size.ts";
import { flagOf, noFlagOf } from "./flag-of.ts";
import { UsageError } from "./usage-error.ts";

/** Flags, such as --by-token, and how they are said. */
export type Flags = ReadonlyMap<string, string>;

/** Flags that are said as they are. */
export function flagsNamed(flags: readonly string[]): Flags {
  return new Map(flags.map((flag) => [flag, flag]));
}

/** Those of `discover` that notes of the library name by their options. */
export const DISCOVER_FLAGS: Flags = flagsNamed(
  [
    ...[
      "size",
      "keep",
      "faithful",
      "tries",
      "budget",
      "curve",
      "select",
      "rank",
      "selectSeconds",
      "prune",
      "algorithm",
    ],
    ...["ablation", "byToken", "knownCircuit", "model", "prompts", "batchSize", "batchCount", "seqLen", "resume"],
    ...["autoencoders", "autoencoderErrors", "autoencoderScale", "partialAutoencoders", "pruneLatents"],
    ...["maxLatents", "pruneWithCorrupt", "keepLatents"],
    ...["align", "skipUnfit", "processing", "ungrouped", "dtype", "deviceMemory", "maxEdges", "set"],
    ...["noFactorized", "noSeparateQkv"],
  ].map(flagOf),
);

/** Flags that are not called like the option, or the function, of the library that they stand for. */
const CALLED_OTHERWISE: Readonly<Record<string, string>> = {
  seconds: "--budget",
  "foldLn: false": "--processing none",
  "foldLn: true": "--processing fold-ln",
  "queue: { name }": "--queue-name",
  fittingPrompts: "--skip-unfit",
  limitDeviceMemory: "--device-memory",
};

/** Options of algorithms that the library names beside: `--set` gives them. */
const SET_OPTIONS: ReadonlySet<string> = new Set(["largestBatch"]);

/** Kinds of graphs, which discover makes of what other commands read. */
const KINDS_OF_DISCOVER = ["--no-factorized", "--no-separate-qkv", "--ungrouped"];

/** The flags of a command, and those of discover that made what it reads. Sweeps have neither of these: plans have options. */
export function flagsOf(command: Command): Flags {
  const own = command.options.flatMap(({ long }) => long ?? []);
  const ofDiscover = command.parent?.name() === "sweep" ? [] : KINDS_OF_DISCOVER;
  return new Map([...ofDiscover.map((flag) => [flag, `${flag} of discover`] as const), ...flagsNamed(own)]);
}

/**
 * A text of the library with flags in the place of what it names in backticks: `keep` becomes --keep, `select: "exact"` --select exact,
 * `factorized: false` --no-factorized and `setMaxEdges(9)` --max-edges 9. What the command has no flag for stays as it is.
 */
export function inFlagNames(text: string, flags: Flags = DISCOVER_FLAGS): string {
  const named = text.replaceAll(/`(\w+)(?:: "?([^`"]+)"?)?`/g, (written, name: string, value?: string) => {
    return flagFor(name, value, flags) ?? written;
  });
  return named.replaceAll(/`set([A-Z]\w*)(?:\(([^`]*)\))?`/g, (written, name: string, value?: string) => {
    return flagFor(`${name[0]!.toLowerCase()}${name.slice(1)}`, value, flags) ?? written;
  });
}

function flagFor(name: string, value: string | undefined, flags: Flags): string | undefined {
  const otherwise = CALLED_OTHERWISE[`${name}: ${value}`];
  if (otherwise !== undefined) return flags.has(otherwise.split(" ")[0]!) ? otherwise : undefined;
  if (SET_OPTIONS.has(name) && flags.has("--set"))
    return value === undefined ? `--set ${name}` : `--set ${name}=${value}`;
  const [flag, no] = [CALLED_OTHERWISE[name] ?? flagOf(name), noFlagOf(name)];
  if (value === "false") return flags.get(no);
  if (value === undefined) return flags.get(flag);
  if (value === "true") return flags.get(flag) ?? (flags.has(no) ? `no ${no}` : undefined);
  return flags.has(flag) ? `${flag} ${inPercent(value)}` : undefined;
}

/** A share as the command line takes it, `20%`; other values as they are. */
function inPercent(value: string): string {
  const share = /^\{ share: (\S+) \}$/.exec(value)?.[1];
  return share === undefined ? value : shareText(Number(share));
}

/** What a program alone can say. */
const TRY_ANYWAY = / [^.]*`free: Infinity`\./;

/**
 * What an error says, with the flags of a command: what the library refuses names its options. Files that are refused name their fields in the
 * same way, and stay as they are; where options are meant there too, see {@link fileInFlags}.
 */
export function saidInFlags(error: Error, flags: Flags): string {
  if (!(error instanceof AutocircuitError) || error.code === "bad-file") return error.message;
  return inFlagNames(error.message.replace(TRY_ANYWAY, ""), flags);
}

/** Does what is refused for what files hold, in words that name options and no fields. @throws UsageError for that, with flags */
export function fileInFlags<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw fileError(error);
  }
}

/** An error as {@link fileInFlags} throws it. */
export function fileError(error: unknown): unknown {
  if (!(error instanceof AutocircuitError) || error.code !== "bad-file") return error;
  return new UsageError(inFlagNames(error.message), { cause: error.cause });
}
