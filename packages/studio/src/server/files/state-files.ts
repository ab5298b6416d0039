import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { AutocircuitError, badFile, cannotWrite, parseJson, readWhole, writeWhole } from "@autocircuit/base";
import { fileName } from "../sets/file-name.ts";

/** What is put behind a state's name. */
const ENDING = ".studio.json";

/** States of the page in a folder, a file each. Nothing else in the folder is read or written. */
export class StateFiles {
  readonly #folder: string | null;

  /** @param folder null where nothing may be written */
  constructor(folder: string | null) {
    this.#folder = folder;
  }

  /** Names of the states there are. */
  async list(): Promise<string[]> {
    if (this.#folder === null) return [];
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith(ENDING)).map(({ name }) => name);
    return names.map((name) => name.slice(0, -ENDING.length)).sort();
  }

  /** A state as it was written. @throws AutocircuitError `bad-input`, `not-found`, `bad-file` */
  async read(name: string): Promise<unknown> {
    const path = this.#path(name);
    const text = (await readWhole(path, "a state")).toString("utf8");
    try {
      return parseJson(text);
    } catch (cause) {
      throw badFile(path, `no JSON: ${(cause as Error).message}.`, { cause });
    }
  }

  /** Writes a state, beside and then renamed. @throws AutocircuitError `bad-input` for a name or state that is none, `bad-file` */
  async write(name: string, state: unknown): Promise<void> {
    const path = this.#path(name);
    if (typeof state !== "object" || state === null || (state as { version?: unknown }).version !== 1)
      throw new AutocircuitError(
        "bad-input",
        "This is no state of the studio's page: it should be an object of version 1.",
      );
    await mkdir(this.#folder!, { recursive: true }).catch((cause: unknown) => {
      throw cannotWrite(this.#folder!, cause);
    });
    await writeWhole(path, `${JSON.stringify(state, null, 2)}\n`);
  }

  #path(name: string): string {
    const checked = fileName(name);
    if (this.#folder !== null) return join(this.#folder, `${checked}${ENDING}`);
    throw new AutocircuitError("bad-input", "Nothing is kept here: start the studio with --out FOLDER.");
  }
}
