import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AutocircuitError, badFile, type kind, makeFolder, parseJson, version, writeWhole } from "@autocircuit/base";
import { isUnitHash, RESULT_VERSION } from "../plan/unit.ts";
import type { UnitResult } from "../unit/run-unit.ts";
import { errorForm, ofForm, sayDamaged, timesForm } from "./forms.ts";
import { readResult, resultText } from "./result-file.ts";
import type { UnitError } from "./unit-error.ts";
import type { UnitTimes } from "./unit-times.ts";

/** The parts of a results folder, a file a unit in each. */
const PARTS = ["units", "times", "errors", "claims"] as const;
type Part = (typeof PARTS)[number];

const MARK = "sweep.json";
/** What may be in a folder of results before its mark is. */
const OWN = /^(units|times|errors|claims|(sweep|digests)\.json(\..*)?)$/;
const FORMAT = "autocircuit-sweep";
/** After so many milliseconds nobody writes a file any more. */
const LEFT_OVER = 3_600_000;

/**
 * A folder of results: `units/HASH.json` holds what a unit gave and nothing that differs from run to run, `times/HASH.json` how long it
 * took and where, `errors/HASH.json` why it failed. Every file is written beside its place and renamed. Any number of processes may use a
 * folder at once.
 */
export class SweepResults {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Opens a folder of results, and makes it if need be.
   *
   * @throws AutocircuitError `bad-input` for a folder with results of another version, or with something else; `bad-file` where it cannot
   *   be written
   */
  static async open(folder: string): Promise<SweepResults> {
    const path = resolve(folder);
    const mark = join(path, MARK);
    if (existsSync(mark)) {
      await requireVersion(path, mark);
      makeParts(path);
    } else {
      // Another process may just be making it.
      if (existsSync(path) && !(await readdir(path)).every((name) => OWN.test(name)))
        throw new AutocircuitError(
          "bad-input",
          `${folder} holds something else than results of a sweep. Give an empty folder, or one that is not there yet.`,
        );
      makeParts(path);
      await writeWhole(mark, `${JSON.stringify({ format: FORMAT, version: RESULT_VERSION, autocircuit: version })}\n`);
    }
    return new SweepResults(path);
  }

  /** The same for a folder that must be there. @throws AutocircuitError `not-found` too */
  static async openExisting(folder: string): Promise<SweepResults> {
    if (existsSync(join(resolve(folder), MARK))) return SweepResults.open(folder);
    throw new AutocircuitError(
      "not-found",
      `There are no results of a sweep in ${folder}. Check the folder, or run the sweep.`,
    );
  }

  /** The file of a part for a unit. @throws AutocircuitError `bad-input` for what is no hash: nothing else becomes a path */
  path(part: Part, hash: string): string {
    if (!isUnitHash(hash)) throw new AutocircuitError("bad-input", "A unit is addressed by 64 hexadecimal digits.");
    return join(this.folder, part, `${hash}.json`);
  }

  /** Where hashes of models' files are kept. */
  get digests(): string {
    return join(this.folder, "digests.json");
  }

  /** The hashes of all files of a part. */
  async hashes(part: Part): Promise<Set<string>> {
    const names = await readdir(join(this.folder, part));
    return new Set(names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length)));
  }

  /**
   * What a unit gave; undefined where there is no result, or one that was damaged, which is as none.
   *
   * @throws AutocircuitError `bad-file` for one of another version
   */
  async result(hash: string): Promise<UnitResult | undefined> {
    const path = this.path("units", hash);
    const text = await textIfThere(path);
    const result = text && readResult(text, hash);
    if (text !== undefined && !result) sayDamaged(path);
    return result || undefined;
  }

  /** The text of a unit's file, as it is; undefined where there is none. */
  async resultText(hash: string): Promise<string | undefined> {
    return textIfThere(this.path("units", hash));
  }

  /** Takes away what processes that were killed left half written, once it is an hour old. */
  async tidy(): Promise<void> {
    for (const part of PARTS) {
      for (const name of await readdir(join(this.folder, part))) {
        if (!/\.(part|stale)$/.test(name)) continue;
        const path = join(this.folder, part, name);
        const found = await stat(path).catch(ifMissing);
        if (found && Date.now() - found.mtimeMs > LEFT_OVER) await rm(path, { force: true }).catch(() => undefined);
      }
    }
  }

  /** When a unit's file was written and how large it is, so that one that was read need not be read again. */
  async stamp(hash: string): Promise<string | undefined> {
    const found = await stat(this.path("units", hash)).catch(ifMissing);
    return found && `${found.mtimeMs} ${found.size} ${found.ino}`;
  }

  /** Keeps what a unit gave. The result comes last: where it is, the times are too. */
  async keep(hash: string, result: UnitResult, times: UnitTimes): Promise<void> {
    await this.keepText(hash, resultText(hash, result), times);
  }

  /** The same for a text that another process made and that was checked. */
  async keepText(hash: string, text: string, times: UnitTimes): Promise<void> {
    await writeWhole(this.path("times", hash), `${JSON.stringify(times)}\n`);
    await writeWhole(this.path("units", hash), text);
    await rm(this.path("errors", hash), { force: true });
  }

  /** How long a unit took and where; undefined where that is not known. */
  async times(hash: string): Promise<UnitTimes | undefined> {
    return this.#json<UnitTimes>("times", hash, timesForm);
  }

  /** Keeps why a unit failed, and how often it did. */
  async fail(hash: string, error: Omit<UnitError, "attempts">): Promise<UnitError> {
    const before = await this.error(hash);
    const whole = { ...error, attempts: (before?.attempts ?? 0) + 1 };
    await writeWhole(this.path("errors", hash), `${JSON.stringify(whole)}\n`);
    return whole;
  }

  /** Why a unit failed; undefined where it did not. */
  async error(hash: string): Promise<UnitError | undefined> {
    return this.#json<UnitError>("errors", hash, errorForm);
  }

  async #json<T>(part: Part, hash: string, form: kind.Kind): Promise<T | undefined> {
    const path = this.path(part, hash);
    const text = await textIfThere(path);
    const found = text === undefined ? undefined : ofForm<T>(text, form);
    if (text !== undefined && found === undefined) sayDamaged(path);
    return found;
  }
}

/** The folder first, since it is the one that the user knows of. */
function makeParts(folder: string): void {
  makeFolder(folder);
  for (const part of PARTS) makeFolder(join(folder, part));
}

async function requireVersion(folder: string, mark: string): Promise<void> {
  let json: { format?: unknown; version?: unknown; autocircuit?: unknown };
  try {
    json = parseJson(await readFile(mark, "utf8")) as typeof json;
  } catch (cause) {
    throw badFile(mark, `it is not the mark of a results folder: ${(cause as Error).message}`, { cause });
  }
  if (json?.format !== FORMAT) throw badFile(mark, "it is not the mark of a results folder. Choose another folder.");
  if (json.version === RESULT_VERSION && json.autocircuit === version) return;
  throw new AutocircuitError(
    "bad-input",
    `${folder} has results of AutoCircuit ${json.autocircuit} (form ${json.version}), this is ${version} (form ${RESULT_VERSION}): ` +
      "they are not mixed. Give another folder.",
  );
}

/** A file's text, empty for a folder in its place; undefined where there is none. @throws AutocircuitError `bad-file` */
async function textIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "EISDIR") return "";
    throw badFile(path, `it cannot be read: ${message}.`, { cause });
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
