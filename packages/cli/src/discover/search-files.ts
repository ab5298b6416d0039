import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readableJson, writeWholeSync } from "@autocircuit/base";
import { type Edge, type LoadedTask, magnitude, PruneScores } from "@autocircuit/core";
import {
  type BestSoFar,
  type DiscoveryAsked,
  discoveryDifference,
  type FoundSoFar,
  type Ranked,
  type ResumedDiscovery,
  type SearchState,
} from "@autocircuit/discovery";
import { duration } from "../support/duration.ts";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverSettings } from "./settings.ts";

/** What is saved without being asked, each so many seconds. */
const SAVE_EACH = 30;
/** In seconds; what took less is not worth a file. */
const WORTH_A_FILE = 2;
/** Edges that are printed when a search is stopped. */
const PRINTED = 20;

/** `search.json`. */
interface StoredSearch {
  asked: DiscoveryAsked;
  rankings: { algorithm: string; seconds: number; file: string }[];
  search: SearchState | null;
}

/**
 * The files of a discovery that is not finished, beside where its report will lie: the rankings that are there, where the search stands
 * (`search.json`), and, once it is stopped, the best that it had found (`scores-so-far.safetensors`). They are written now and then, and
 * at once when the command is stopped; a finished discovery leaves none.
 */
export class SearchFiles implements Disposable {
  readonly #settings: DiscoverSettings;
  readonly #asked: DiscoveryAsked;
  readonly #task: LoadedTask;
  readonly #signal: AbortSignal;
  readonly #print: (line: string) => void;
  readonly #command: string;
  readonly #stopped = (): void => this.#stop();
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();
  #soFar: Omit<FoundSoFar, "asked"> = { rankings: [], search: undefined };
  #saved: StoredSearch["rankings"] = [];
  /** Where the earlier run's search stood, until this one's begins. */
  #before: SearchState | null = null;

  /**
   * @param asked what the search is compared by before it is gone on with
   * @param command what was typed, without `--resume`
   */
  constructor(
    task: LoadedTask,
    settings: DiscoverSettings,
    {
      asked,
      signal,
      print,
      command,
    }: {
      asked: DiscoveryAsked;
      signal: AbortSignal;
      print: (line: string) => void;
      command: string;
    },
  ) {
    this.#asked = asked;
    this.#task = task;
    this.#settings = settings;
    this.#signal = signal;
    this.#print = print;
    this.#command = command;
    signal.addEventListener("abort", this.#stopped);
    this.#timer = setInterval(() => this.#save(), 1000 * SAVE_EACH).unref();
  }

  get #path(): string {
    return join(this.#settings.out, "search.json");
  }

  /**
   * What an earlier run had found, if it is to be gone on with.
   *
   * @throws UsageError where there is nothing to go on with, or the earlier run was asked for something else
   */
  async resumed(): Promise<ResumedDiscovery | undefined> {
    const path = this.#path;
    if (!this.#settings.resume) {
      if (existsSync(path))
        this.#print(`${path} is of a run that was stopped: --resume goes on with it. This one starts anew.`);
      return undefined;
    }
    if (!existsSync(path)) throw new UsageError(`There is no ${path} to go on with. Leave --resume out.`);
    const { asked, rankings, search } = readStored(path);
    const other = discoveryDifference(asked, this.#asked);
    if (other !== undefined)
      throw new UsageError(
        `${path} is of a run with ${other}. Give the same options, prompts and model as then, or leave --resume out.`,
      );
    const { graph } = this.#task.model;
    const loaded: Ranked[] = [];
    for (const { algorithm, seconds, file } of rankings)
      loaded.push({ algorithm, seconds, scores: await PruneScores.load(join(this.#settings.out, file), { graph }) });
    this.#saved = rankings;
    this.#before = search;
    const names = [
      ...loaded.map(({ algorithm }) => `the scores of ${algorithm}`),
      ...(search ? [`where ${search.algorithm} stood`] : []),
    ];
    this.#print(`going on with ${names.join(", ")} from ${path}`);
    return { asked, rankings: loaded, ...(search && { search }) };
  }

  /** Keeps what there is, and writes the rankings that have been finished. */
  note(soFar: FoundSoFar): void {
    this.#soFar = { ...soFar, rankings: [...soFar.rankings] };
    if (soFar.search === undefined) this.#save();
  }

  /** The discovery is finished and its results are written: nothing is left to go on with, unless its time was over before. */
  finished(written: readonly string[], complete: boolean): void {
    this[Symbol.dispose]();
    if (!complete) this.#save(true);
    if (!complete) return;
    const made = ["search.json", "scores-so-far.safetensors", ...this.#saved.map(({ file }) => file)];
    for (const path of made.map((file) => join(this.#settings.out, file)))
      if (!written.includes(path)) rmSync(path, { force: true });
  }

  get #worthAFile(): boolean {
    return performance.now() - this.#began > 1000 * WORTH_A_FILE;
  }

  #save(always = false): void {
    if (!always && !this.#worthAFile) return;
    const { out } = this.#settings;
    for (const { algorithm, scores, seconds } of this.#soFar.rankings) {
      if (this.#saved.some((saved) => saved.algorithm === algorithm)) continue;
      const file = `scores-${algorithm}.safetensors`;
      writeWholeSync(join(out, file), scores.toBytes({ task: this.#settings.subject.name }));
      this.#saved.push({ algorithm, seconds, file });
    }
    const search = this.#soFar.search?.state() ?? this.#before;
    if (this.#saved.length === 0 && search === null) return;
    const stored = { asked: this.#asked, rankings: this.#saved, search } satisfies StoredSearch;
    writeWholeSync(this.#path, readableJson(stored));
  }

  /** Saves and prints what there is; nothing may be waited for here. */
  #stop(): void {
    this[Symbol.dispose]();
    this.#save();
    const { search } = this.#soFar;
    if (!this.#worthAFile || (this.#saved.length === 0 && search === undefined)) {
      const why = this.#worthAFile ? "nothing was finished yet" : `it ran for less than ${WORTH_A_FILE} s`;
      const before = existsSync(this.#path) ? `; ${this.#path} is as an earlier run left it` : "";
      this.#print(`stopped: nothing was kept, as ${why}${before}`);
      return;
    }
    const lines = this.#saved.map(
      ({ algorithm, seconds, file }) =>
        `the scores of ${algorithm} (${duration(seconds)}) are in ${join(this.#settings.out, file)}`,
    );
    if (search !== undefined) lines.push(...this.#best(search.best()));
    this.#print([...lines, `go on with: ${this.#command} --resume`].join("\n"));
  }

  /** Writes the best so far where there is any, and says what it is. */
  #best({ scores, circuit, text }: BestSoFar): string[] {
    const { algorithm } = scores.info;
    const { edgeCount } = scores.graph;
    if (circuit?.size === edgeCount) return [`${algorithm}: ${text}`];
    const path = join(this.#settings.out, "scores-so-far.safetensors");
    writeWholeSync(path, scores.toBytes({ task: this.#settings.subject.name }));
    // Where all that are left are alike there is nothing to list.
    const told = ({ index }: Edge) => Number.isFinite(scores.values[index]) && scores.values[index] !== 0;
    const named = scores.top(Math.min(PRINTED, circuit?.size ?? edgeCount)).filter(told);
    const strongest = named.map((edge) => `  ${edge} ${magnitude(scores.values[edge.index]!).toPrecision(4)}`);
    return [`${algorithm}: ${text}; ${path}${strongest.length > 0 ? "; the strongest:" : ""}`, ...strongest];
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#signal.removeEventListener("abort", this.#stopped);
  }
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new UsageError(`${path} is not JSON. Leave --resume out.`, { cause });
  }
}

/** @throws UsageError where the file is not what {@link SearchFiles} writes */
function readStored(path: string): StoredSearch {
  const { asked, rankings, search } = (parsed(path) ?? {}) as Partial<StoredSearch>;
  const known = (entry: Partial<StoredSearch["rankings"][number]> | null) =>
    typeof entry?.algorithm === "string" &&
    typeof entry.seconds === "number" &&
    entry.file === `scores-${entry.algorithm}.safetensors` &&
    /^[a-z-]+$/.test(entry.algorithm);
  const fits = typeof asked === "object" && asked !== null && Array.isArray(rankings) && rankings.every(known);
  if (!fits) throw new UsageError(`${path} is not what a stopped discovery leaves. Leave --resume out.`);
  return { asked, rankings, search: search ?? null };
}
