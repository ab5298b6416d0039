import { signal } from "@preact/signals";
import type { ScoreSet } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import type { StudioApi } from "../client/studio-api.ts";
import { Ranking } from "../graph/ranking.ts";

/** Score sets: the list, and the numbers of those that are looked at, read once. */
export class ScoreSets {
  readonly list = signal<readonly ScoreSet[]>([]);
  readonly error = signal<string | null>(null);
  readonly #rankings = signal<ReadonlyMap<string, Ranking>>(new Map());
  readonly #reading = new Set<string>();
  readonly #api: StudioApi;

  constructor(api: StudioApi, list: readonly ScoreSet[]) {
    this.#api = api;
    this.list.value = list;
  }

  find(id: string | null): ScoreSet | null {
    return this.list.value.find((set) => set.id === id) ?? null;
  }

  /** The ranking of a set; undefined while it is read, which asking for it begins. */
  ranking(id: string): Ranking | undefined {
    const known = this.#rankings.value.get(id);
    if (!known && !this.#reading.has(id)) void this.#read(id);
    return known;
  }

  async refresh(): Promise<void> {
    this.update(await this.#api.scoreSets());
  }

  /** Takes over a list, if it is another than the one there. */
  update(list: readonly ScoreSet[]): void {
    const ids = (sets: readonly ScoreSet[]) => sets.map(({ id }) => id).join();
    if (ids(list) !== ids(this.list.peek())) this.list.value = list;
  }

  /** Numbers that are read already, for a page that takes them along. */
  values(id: string): Float32Array | undefined {
    return this.#rankings.peek().get(id)?.values;
  }

  /** Forgets what could not be read: it is asked for again by whoever looks at it. */
  again(): void {
    if (this.error.peek() === null) return;
    this.error.value = null;
    this.#rankings.value = new Map(this.#rankings.peek());
  }

  async #read(id: string): Promise<void> {
    this.#reading.add(id);
    try {
      const ranking = new Ranking(await this.#api.values(id), this.find(id)?.rank);
      this.#rankings.value = new Map(this.#rankings.peek()).set(id, ranking);
      this.error.value = null;
    } catch (error) {
      this.error.value = `The scores \`${id}\` could not be read: ${messageOf(error)}`;
    } finally {
      this.#reading.delete(id);
    }
  }
}
