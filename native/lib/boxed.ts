import { AutocircuitError } from "@autocircuit/base";
import type { NativeBox } from "./addon.ts";
import { addon } from "./loader.ts";
import type { Resource } from "./scope.ts";
import { track, untrack } from "./scope.ts";

/** Lifetime of an object inside the addon; what it hands out (`parts`) is freed with it. */
export abstract class Boxed implements Resource {
  /** @internal */
  owner: Set<Resource> | undefined;
  /** @internal */
  readonly parts: readonly Resource[];
  #box: NativeBox | undefined;

  /** @internal */
  constructor(box: NativeBox, parts: readonly Resource[] = []) {
    this.#box = box;
    this.parts = parts;
    track(this);
  }

  get disposed(): boolean {
    return this.#box === undefined;
  }

  /** @internal @throws AutocircuitError "disposed" */
  get box(): NativeBox {
    if (this.#box === undefined) {
      throw new AutocircuitError("disposed", `This ${this.constructor.name} was disposed and can no longer be used.`);
    }
    return this.#box;
  }

  /** Frees it once the work that was called with it has run. Calling it again does nothing. */
  dispose(): void {
    if (this.#box === undefined) return;
    const box = this.#box;
    this.#box = undefined;
    untrack(this);
    addon().disposeBox(box);
    for (const part of this.parts) part[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
