import { signal } from "@preact/signals";
import type { PromptRow } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import type { StudioApi } from "../client/studio-api.ts";

/** Prompts are read so many at a time. */
const pageSize = 100;

/** The data set's prompts, read where they are looked at. */
export class Prompts {
  readonly error = signal<string | null>(null);
  readonly count: number;
  readonly #pages = signal<ReadonlyMap<number, readonly PromptRow[]>>(new Map());
  readonly #reading = new Set<number>();
  readonly #api: StudioApi;

  constructor(api: StudioApi, count: number) {
    this.#api = api;
    this.count = count;
  }

  /** A prompt; undefined while it is read, which asking for it begins. */
  row(index: number): PromptRow | undefined {
    const page = Math.floor(index / pageSize);
    const rows = this.#pages.value.get(page);
    if (!rows && index < this.count && !this.#reading.has(page)) void this.#read(page);
    return rows?.[index - page * pageSize];
  }

  /** Forgets what could not be read: it is asked for again by whoever looks at it. */
  again(): void {
    if (this.error.peek() === null) return;
    this.error.value = null;
    this.#reading.clear();
    this.#pages.value = new Map(this.#pages.peek());
  }

  async #read(page: number): Promise<void> {
    this.#reading.add(page);
    try {
      const { prompts } = await this.#api.prompts(page * pageSize, pageSize);
      this.#pages.value = new Map(this.#pages.peek()).set(page, prompts);
      this.error.value = null;
    } catch (error) {
      this.error.value = messageOf(error);
      // Asked for again when it is next looked at, not at once.
      setTimeout(() => this.#reading.delete(page), 2000);
    }
  }
}
