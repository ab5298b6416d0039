/** Keeps the `most` things used last; those that go are disposed. */
export class Lru<T extends Disposable> implements Disposable {
  readonly #most: number;
  readonly #kept = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  /** The thing of a key, made where it is not there. */
  async get(key: string, make: () => T | Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    const thing = known ?? (await make());
    this.#kept.delete(key);
    this.#kept.set(key, thing);
    while (this.#kept.size > this.#most) {
      const [oldest, gone] = this.#kept.entries().next().value!;
      this.#kept.delete(oldest);
      gone[Symbol.dispose]();
    }
    return thing;
  }

  [Symbol.dispose](): void {
    for (const thing of this.#kept.values()) thing[Symbol.dispose]();
    this.#kept.clear();
  }
}
