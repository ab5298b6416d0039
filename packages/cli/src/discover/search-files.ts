import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeWholeSync } from "@autocircuit/base";
import { type Edge, type LoadedTask, magnitude, type ScoresInfo } from "@autocircuit/core";
import {
  type BestSoFar,
  type DiscoveryAsked,
  DiscoveryFiles,
  type FoundSoFar,
  type ResumedDiscovery,
} from "@autocircuit/discovery";
import { duration } from "../support/duration.ts";
import { fileError } from "../support/in-flags.ts";
import type { SavedModel } from "../support/saved-model.ts";
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverSettings } from "./settings.ts";

/** In seconds; a discovery that is over sooner leaves no files, however it ends. */
const WORTH_A_FILE = 1;
/** Where a search stands is saved each so many seconds. */
const SAVE_EACH = 5;
/** The same while it has nothing to show: its first circuit is saved about at once. */
const SAVE_FIRST_EACH = 1;
/** Saving takes at most one in so many seconds of a search. */
const SAVE_SELDOM = 50;
/** Edges that are printed when a search is stopped. */
const PRINTED = 20;

/** What an earlier run left in a folder: its scores, finished or not, and where it stood. */
export function stoppedIn(folder: string): (string | DiscoveryFiles)[] {
  const names = readdirSync(folder).filter((name) => /^scores\b.*\.safetensors$/.test(name));
  return [...names.map((name) => join(folder, name)), new DiscoveryFiles(folder)];
}

/**
 * The files of a discovery that is not finished (`DiscoveryFiles`), beside where its report will lie, and the best that a search has
 * found (`scores-so-far.safetensors`). Rankings are written as they are finished, the rest now and then, so that there is something to go on with where
 * the process is ended without a word, and at once when the command is stopped; a finished discovery leaves none.
 */
export class SearchFiles implements Disposable {
  readonly #settings: DiscoverSettings;
  /** What files of scores say of them. */
  readonly #info: ScoresInfo;
  readonly #files: DiscoveryFiles;
  readonly #asked: DiscoveryAsked;
  readonly #task: LoadedTask;
  readonly #abandoned: boolean;
  readonly #signal: AbortSignal;
  readonly #print: (line: string) => void;
  readonly #command: string;
  readonly #stopped = (): void => this.#stop();
  readonly #began = performance.now();
  #timer: NodeJS.Timeout | undefined;
  /** Edges of the best circuit that is written. */
  #written: number | undefined;
  #soFar: Omit<FoundSoFar, "asked"> = { rankings: [], search: undefined };

  /**
   * @param asked what the search is compared by before it is gone on with
   * @param model what the model is called in what is written
   * @param abandoned whether an earlier run was ended in this folder before it had saved anything
   * @param command what was typed, without `--resume`
   */
  constructor(
    task: LoadedTask,
    settings: DiscoverSettings,
    {
      asked,
      model,
      abandoned,
      signal,
      print,
      command,
    }: {
      asked: DiscoveryAsked;
      model: SavedModel;
      abandoned: boolean;
      signal: AbortSignal;
      print: (line: string) => void;
      command: string;
    },
  ) {
    this.#asked = asked;
    this.#task = task;
    this.#settings = settings;
    this.#info = { task: settings.subject.name, ...model };
    this.#files = new DiscoveryFiles(settings.out, { info: { ...this.#info } });
    this.#abandoned = abandoned;
    this.#signal = signal;
    this.#print = print;
    this.#command = command;
    signal.addEventListener("abort", this.#stopped);
  }

  /**
   * What an earlier run had found, if it is to be gone on with.
   *
   * @throws UsageError where there is nothing to go on with, or the earlier run was asked for something else
   */
  async resumed(): Promise<ResumedDiscovery | undefined> {
    const { path } = this.#files;
    if (!this.#settings.resume) {
      if (this.#files.exist)
        this.#print(`${path} is of a run that was stopped: --resume goes on with it. This one starts anew.`);
      return undefined;
    }
    const found = await this.#files.read(this.#task.model.graph, this.#asked).catch((error: unknown) => {
      throw fileError(error);
    });
    if (found === undefined && this.#abandoned) {
      this.#print(`starting afresh: the earlier run in ${this.#settings.out} was ended before it had saved anything`);
      return undefined;
    }
    if (found === undefined) throw new UsageError(`There is no ${path} to go on with. Leave --resume out.`);
    const names = [
      ...this.#files.rankings.map(({ algorithm }) => `the scores of ${algorithm}`),
      ...(found.search ? [`where ${found.search.algorithm} stood`] : []),
    ];
    this.#print(`going on with ${names.join(", ")} from ${path}`);
    return found;
  }

  /** Keeps what there is, and writes it as soon as it is worth it. */
  note(soFar: FoundSoFar): void {
    this.#soFar = { ...soFar, rankings: [...soFar.rankings] };
    clearTimeout(this.#timer);
    if (this.#worthAFile) this.#saveAndGoOn();
    else this.#saveIn(WORTH_A_FILE - this.#passed);
  }

  /** The discovery is finished and its results are written: nothing is left to go on with, unless its time was over before. */
  finished(written: readonly string[], complete: boolean): void {
    this[Symbol.dispose]();
    if (complete) this.#files.remove(written);
    else this.#save();
    rmSync(this.#bestPath, { force: true });
  }

  get #bestPath(): string {
    return join(this.#settings.out, "scores-so-far.safetensors");
  }

  /** Seconds. */
  get #passed(): number {
    return (performance.now() - this.#began) / 1000;
  }

  get #worthAFile(): boolean {
    return this.#passed >= WORTH_A_FILE;
  }

  #saveIn(seconds: number): void {
    this.#timer = setTimeout(() => this.#saveAndGoOn(), 1000 * seconds).unref();
  }

  /** Saves what there is, and again while a search runs. */
  #saveAndGoOn(): void {
    const began = this.#passed;
    this.#save();
    const { search } = this.#soFar;
    if (search === undefined) return;
    const best = search.best();
    this.#writeBest(best);
    const each = isSmaller(best) ? SAVE_EACH : SAVE_FIRST_EACH;
    this.#saveIn(Math.max(each, SAVE_SELDOM * (this.#passed - began)));
  }

  #save(): void {
    this.#files.save({ ...this.#soFar, asked: this.#asked });
  }

  /** Saves and prints what there is; nothing may be waited for here. */
  #stop(): void {
    this[Symbol.dispose]();
    if (this.#worthAFile) this.#save();
    const { search } = this.#soFar;
    if (!this.#worthAFile || (this.#files.rankings.length === 0 && search === undefined)) {
      const why = this.#worthAFile ? "nothing was finished yet" : `it ran for less than ${WORTH_A_FILE} s`;
      const before = this.#files.exist ? `; ${this.#files.path} is as an earlier run left it` : "";
      this.#print(`stopped: nothing was kept, as ${why}${before}`);
      return;
    }
    const lines = this.#files.rankings.map(
      ({ algorithm, seconds, file }) =>
        `the scores of ${algorithm} (${duration(seconds)}) are in ${join(this.#settings.out, file)}`,
    );
    if (search !== undefined) lines.push(...this.#best(search.best()));
    this.#print([...lines, `go on with: ${this.#command} --resume`].join("\n"));
  }

  /** Writes the best so far where there is any, and says what it is. */
  #best(best: BestSoFar): string[] {
    const { scores, circuit, text } = best;
    const { algorithm } = scores.info;
    if (!isSmaller(best)) return [`${algorithm}: ${text}`];
    this.#writeBest(best);
    // Where all that are left are alike there is nothing to list.
    const told = ({ index }: Edge) => Number.isFinite(scores.values[index]) && scores.values[index] !== 0;
    const named = scores.top(Math.min(PRINTED, circuit?.size ?? scores.graph.edgeCount)).filter(told);
    const strongest = named.map((edge) => `  ${edge} ${magnitude(scores.values[edge.index]!).toPrecision(4)}`);
    return [`${algorithm}: ${text}; ${this.#bestPath}${strongest.length > 0 ? "; the strongest:" : ""}`, ...strongest];
  }

  /** Writes the best so far, unless it is in the file already. */
  #writeBest(best: BestSoFar): void {
    const size = best.circuit?.size;
    if (!isSmaller(best) || (size !== undefined && size === this.#written)) return;
    writeWholeSync(this.#bestPath, best.scores.toBytes(this.#info));
    this.#written = size;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#stopped);
  }
}

/** Whether it is more than that nothing smaller than the whole graph was found. */
function isSmaller({ circuit, scores }: BestSoFar): boolean {
  return circuit?.size !== scores.graph.edgeCount;
}
