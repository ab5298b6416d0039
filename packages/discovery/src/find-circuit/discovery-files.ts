import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  AutocircuitError,
  badFile,
  type KindsOf,
  kind,
  parseJson,
  readableJson,
  signature,
  writeWholeSync,
} from "@autocircuit/base";
import { coreKinds, type Graph, PruneScores } from "@autocircuit/core";
import type { SearchState } from "../long-search/search-state.ts";
import { type DiscoveryAsked, discoveryDifference } from "./discovery-asked.ts";
import type { FoundSoFar, Ranked, ResumedDiscovery } from "./find-circuit-options.ts";

/** A ranking that lies in a file of the folder. */
export interface KeptRanking extends Omit<Ranked, "scores"> {
  readonly file: string;
}

/** `search.json`. */
interface StoredDiscovery {
  readonly asked: DiscoveryAsked;
  readonly rankings: readonly KeptRanking[];
  readonly search: SearchState | null;
  /** What scores say of themselves: a search that has none yet is not in a file of these. */
  readonly info: Readonly<Record<string, unknown>>;
}

/** Options of {@link DiscoveryFiles}. */
export interface DiscoveryFilesOptions {
  /** What scores say of themselves beside what they do anyway, see `PruneScores.save`. Default: nothing. */
  readonly info?: Readonly<Record<string, unknown>> | undefined;
}

const check = signature("DiscoveryFiles", { folder: kind.text }, {
  info: kind.record,
} satisfies KindsOf<DiscoveryFilesOptions>);
const checkRead = signature("DiscoveryFiles.read", { graph: coreKinds.graph, asked: kind.record });
const checkSave = signature("DiscoveryFiles.save", {
  soFar: kind.having("what `onChange` of findCircuit is given", "asked", "rankings"),
});
const checkRemove = signature("DiscoveryFiles.remove", { except: kind.listOf(kind.text) });

/**
 * The files of a discovery that is not finished: the rankings that are there (`scores-NAME.safetensors`), what was asked for, and where the search
 * stands (`search.json`). `discover --out FOLDER` keeps the same: what a program was stopped in, the command goes on with, and the other way round.
 *
 * @example
 * const how = { algorithm: "subnetwork-probing", size: 20, options: { epochs: 5 } } as const;
 * const files = new DiscoveryFiles("found");
 * const resume = await files.read(task.model.graph, discoveryAsked(task, how));
 * const found = await findCircuit(task, { ...how, resume, onChange: (soFar) => files.save(soFar) });
 * files.remove();
 */
export class DiscoveryFiles {
  readonly folder: string;
  readonly #info: Readonly<Record<string, unknown>>;
  #kept: readonly KeptRanking[] = [];
  /** Where the earlier run's search stood, until this one's begins. */
  #before: SearchState | null = null;

  constructor(folder: string, options: DiscoveryFilesOptions = {}) {
    check({ folder }, options);
    this.folder = folder;
    this.#info = options.info ?? {};
  }

  /** The file that says what was asked for, and where the search stands. */
  get path(): string {
    return join(this.folder, "search.json");
  }

  /** Whether there is something to go on with. */
  get exist(): boolean {
    return existsSync(this.path);
  }

  /** The rankings that were read or saved. */
  get rankings(): readonly KeptRanking[] {
    return this.#kept;
  }

  /**
   * What an earlier run was given as {@link DiscoveryFilesOptions.info}; empty where it left nothing, or an earlier version wrote it.
   *
   * @throws AutocircuitError `bad-file` where a file is not what {@link save} writes
   */
  savedInfo(): Readonly<Record<string, unknown>> {
    return this.exist ? readStored(this.path).info : {};
  }

  /**
   * What an earlier run had found, for `resume` of `findCircuit`; undefined where it left nothing.
   *
   * @param asked what is asked for now: `discoveryAsked`, and what else the caller knows that decides the numbers
   * @throws AutocircuitError `bad-input` where the earlier run was asked for something else; `bad-file` where a file is not what {@link save} writes
   */
  async read(graph: Graph, asked: DiscoveryAsked): Promise<ResumedDiscovery | undefined> {
    checkRead({ graph, asked });
    if (!this.exist) return undefined;
    const { path } = this;
    const stored = readStored(path);
    const other = discoveryDifference(stored.asked, asked);
    if (other !== undefined)
      throw new AutocircuitError(
        "bad-input",
        `${path} is of a run with ${other}. Give the same options, prompts and model as then, or leave \`resume\` out.`,
      );
    const rankings: Ranked[] = [];
    for (const { algorithm, seconds, file } of stored.rankings)
      rankings.push({ algorithm, seconds, scores: await PruneScores.load(join(this.folder, file), { graph }) });
    this.#kept = stored.rankings;
    this.#before = stored.search;
    return { asked: stored.asked, rankings, ...(stored.search && { search: stored.search }) };
  }

  /**
   * Writes what there is: rankings that no file has yet, and where the search stands. At once, so that it can be done as a program is stopped: a
   * search goes on behind the last call of `onChange`, so that what that was given is to be saved again now and then, and at the end.
   *
   * @param soFar what `onChange` was given last
   * @returns whether there was anything to keep
   * @throws AutocircuitError `bad-file` where the folder cannot be written to
   */
  save(soFar: FoundSoFar): boolean {
    checkSave({ soFar });
    const { asked, rankings, search: running } = soFar;
    for (const { algorithm, scores, seconds } of rankings) {
      if (this.#kept.some((kept) => kept.algorithm === algorithm)) continue;
      const file = `scores-${algorithm}.safetensors`;
      writeWholeSync(join(this.folder, file), scores.toBytes(this.#info));
      this.#kept = [...this.#kept, { algorithm, seconds, file }];
    }
    const search = running?.state() ?? this.#before;
    if (this.#kept.length === 0 && search === null) return false;
    const stored: StoredDiscovery = { asked, rankings: this.#kept, search, info: this.#info };
    writeWholeSync(this.path, readableJson(stored));
    return true;
  }

  /**
   * Removes them, once the discovery is finished.
   *
   * @param except paths that stay, as of scores that are results too
   */
  remove(except: readonly string[] = []): void {
    checkRemove({ except });
    const stay = new Set(except.map((path) => resolve(path)));
    for (const path of [this.path, ...this.#kept.map(({ file }) => join(this.folder, file))])
      if (!stay.has(resolve(path))) rmSync(path, { force: true });
  }
}

/** @throws AutocircuitError `bad-file` where it is not what {@link DiscoveryFiles.save} writes */
function readStored(path: string): StoredDiscovery {
  const { asked, rankings, search, info = {} } = (parsed(path) ?? {}) as Partial<StoredDiscovery>;
  const known = (entry: Partial<KeptRanking> | null) =>
    typeof entry?.algorithm === "string" &&
    typeof entry.seconds === "number" &&
    entry.file === `scores-${entry.algorithm}.safetensors` &&
    /^[a-z-]+$/.test(entry.algorithm);
  const records = kind.record.accepts(asked) && kind.record.accepts(info);
  const fits = records && Array.isArray(rankings) && rankings.every(known);
  if (!fits) throw badFile(path, "it is not what a stopped discovery leaves. Leave `resume` out.");
  return { asked: asked!, rankings: rankings!, search: search ?? null, info };
}

function parsed(path: string): unknown {
  try {
    return parseJson(readFileSync(path, "utf8"));
  } catch (cause) {
    throw badFile(path, "it is not JSON. Leave `resume` out.", { cause });
  }
}
