import type { LoadedTask } from "@autocircuit/core";
import { FileDigests } from "../plan/file-digests.ts";
import type { UnitSubject } from "../plan/unit.ts";
import { loadSubject } from "./load-subject.ts";

/** The model and prompts that were used last: units that share them run one after the other. */
export class Subjects implements AsyncDisposable {
  readonly #files: FileDigests;
  #digest: string | undefined;
  #loaded: LoadedTask | undefined;

  /** @param digests where hashes of large files are kept, as `expandPlan` has it. By default nowhere */
  constructor(digests?: string) {
    this.#files = new FileDigests(digests);
  }

  /** The model and prompts of a unit, loaded unless the unit before had them; freed when another one's are asked for. */
  async of(subject: UnitSubject, signal?: AbortSignal): Promise<LoadedTask> {
    if (this.#loaded && this.#digest === subject.digest) return this.#loaded;
    await this[Symbol.asyncDispose]();
    this.#loaded = await loadSubject(subject, this.#files, signal);
    this.#digest = subject.digest;
    return this.#loaded;
  }

  /**
   * Makes sure, once a unit has run, that the weights it ran with are those of its hash: they are mapped, and so a file that is written over
   * shows in a model that is loaded.
   *
   * @throws AutocircuitError `bad-file`, `not-found`
   */
  async requireSameWeights({ files, task: { model, autoencoders } }: UnitSubject): Promise<void> {
    const mapped = Object.entries(files).filter(
      ([path]) => path === model || [autoencoders ?? []].flat().includes(path),
    );
    await this.#files.requireSame(Object.fromEntries(mapped));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.[Symbol.asyncDispose]();
  }
}
