import type { LoadedTask } from "@autocircuit/core";
import type { UnitSubject } from "../plan/unit.ts";
import { loadSubject } from "./load-subject.ts";

/** The model and prompts that were used last: units that share them run one after the other. */
export class Subjects implements AsyncDisposable {
  #digest: string | undefined;
  #loaded: LoadedTask | undefined;

  /** The model and prompts of a unit, loaded unless the unit before had them; freed when another one's are asked for. */
  async of(subject: UnitSubject, signal?: AbortSignal): Promise<LoadedTask> {
    if (this.#loaded && this.#digest === subject.digest) return this.#loaded;
    await this[Symbol.asyncDispose]();
    this.#loaded = await loadSubject(subject, signal);
    this.#digest = subject.digest;
    return this.#loaded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.[Symbol.asyncDispose]();
  }
}
