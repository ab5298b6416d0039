import { rmSync } from "node:fs";
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
import { UsageError } from "../support/usage-error.ts";
import type { DiscoverSettings } from "./settings.ts";

/** What is saved without being asked, each so many seconds. */
const SAVE_EACH = 30;
/** In seconds; what took less is not worth a file. */
const WORTH_A_FILE = 2;
/** Edges that are printed when a search is stopped. */
const PRINTED = 20;

/**
 * The files of a discovery that is not finished (`DiscoveryFiles`), beside where its report will lie, and, once it is stopped, the best that it had
 * found (`scores-so-far.safetensors`). They are written now and then, and at once when the command is stopped; a finished discovery leaves none.
 */
export class SearchFiles implements Disposable {
  readonly #settings: DiscoverSettings;
  /** What files of scores say of them. */
  readonly #info: ScoresInfo;
  readonly #files: DiscoveryFiles;
  readonly #asked: DiscoveryAsked;
  readonly #task: LoadedTask;
  readonly #signal: AbortSignal;
  readonly #print: (line: string) => void;
  readonly #command: string;
  readonly #stopped = (): void => this.#stop();
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();
  #soFar: Omit<FoundSoFar, "asked"> = { rankings: [], search: undefined };

  /**
   * @param asked what the search is compared by before it is gone on with
   * @param model what the model is called in what is written
   * @param command what was typed, without `--resume`
   */
  constructor(
    task: LoadedTask,
    settings: DiscoverSettings,
    {
      asked,
      model,
      signal,
      print,
      command,
    }: {
      asked: DiscoveryAsked;
      model: Pick<ScoresInfo, "model">;
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
    this.#signal = signal;
    this.#print = print;
    this.#command = command;
    signal.addEventListener("abort", this.#stopped);
    this.#timer = setInterval(() => this.#save(), 1000 * SAVE_EACH).unref();
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
    if (found === undefined) throw new UsageError(`There is no ${path} to go on with. Leave --resume out.`);
    const names = [
      ...this.#files.rankings.map(({ algorithm }) => `the scores of ${algorithm}`),
      ...(found.search ? [`where ${found.search.algorithm} stood`] : []),
    ];
    this.#print(`going on with ${names.join(", ")} from ${path}`);
    return found;
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
    this.#files.remove(written);
    rmSync(this.#bestPath, { force: true });
  }

  get #bestPath(): string {
    return join(this.#settings.out, "scores-so-far.safetensors");
  }

  get #worthAFile(): boolean {
    return performance.now() - this.#began > 1000 * WORTH_A_FILE;
  }

  #save(always = false): void {
    if (!always && !this.#worthAFile) return;
    this.#files.save({ ...this.#soFar, asked: this.#asked });
  }

  /** Saves and prints what there is; nothing may be waited for here. */
  #stop(): void {
    this[Symbol.dispose]();
    this.#save();
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
  #best({ scores, circuit, text }: BestSoFar): string[] {
    const { algorithm } = scores.info;
    const { edgeCount } = scores.graph;
    if (circuit?.size === edgeCount) return [`${algorithm}: ${text}`];
    const path = this.#bestPath;
    writeWholeSync(path, scores.toBytes(this.#info));
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
