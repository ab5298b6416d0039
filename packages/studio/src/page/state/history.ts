import { type ReadonlySignal, signal } from "@preact/signals";
import type { PageState } from "../../api/index.ts";
import { decodeState, encodeState } from "./address.ts";
import { openedWithout, type ReadState, unreadable } from "./page-state.ts";

/** What an entry of the browser's history holds. */
interface Entry {
  studio: number;
  page: PageState;
}

/** Changes of one kind within so many ms are one step. */
const oneStep = 900;

/**
 * The page's state, each change an entry of the browser's history: Back takes it back, and the address is always that of what is seen.
 */
export class StateHistory {
  readonly #state;
  readonly #depth;
  readonly #top;
  readonly #read: (value: unknown) => ReadState;
  readonly #tell: (notice: string | null) => void;
  #kind: string | null = null;
  #at = 0;
  #writing: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param read - reads a state that comes back from the browser
   * @param tell - told what a state in the address lacks, in words; null for nothing
   */
  constructor(first: PageState, read: (value: unknown) => ReadState, tell: (notice: string | null) => void) {
    const entry = readEntry(history.state);
    this.#state = signal(first);
    this.#depth = signal(entry?.studio ?? 0);
    this.#top = signal(entry?.studio ?? 0);
    this.#read = read;
    this.#tell = tell;
    this.#replace();
    addEventListener("popstate", this.#back);
  }

  get state(): ReadonlySignal<PageState> {
    return this.#state;
  }

  get canUndo(): boolean {
    return this.#depth.value > 0;
  }

  get canRedo(): boolean {
    return this.#depth.value < this.#top.value;
  }

  /**
   * Changes the state.
   *
   * @param kind - what moves by many small changes, such as a slider: those that follow each other are one step
   */
  change(patch: Partial<PageState>, kind: string | null = null): void {
    const now = performance.now();
    const goesOn = kind !== null && kind === this.#kind && now - this.#at < oneStep;
    this.#kind = kind;
    this.#at = now;
    this.#state.value = { ...this.#state.value, ...patch };
    if (goesOn) {
      this.#replace();
      return;
    }
    this.#depth.value++;
    this.#top.value = this.#depth.value;
    history.pushState(this.#entry(), "");
    this.#write();
  }

  /** Changes what is no step of its own: where the view is. */
  adjust(patch: Partial<PageState>): void {
    this.#state.value = { ...this.#state.value, ...patch };
    this.#replace();
  }

  undo(): void {
    if (this.canUndo) history.back();
  }

  redo(): void {
    if (this.canRedo) history.forward();
  }

  stop(): void {
    removeEventListener("popstate", this.#back);
    clearTimeout(this.#writing);
  }

  #back = (event: PopStateEvent): void => {
    const entry = readEntry(event.state);
    if (!entry) {
      void this.#fromAddress();
      return;
    }
    this.#kind = null;
    clearTimeout(this.#writing);
    this.#depth.value = entry.studio;
    this.#top.value = Math.max(this.#top.value, entry.studio);
    // The view stays where it is: nobody takes back having looked elsewhere.
    this.#state.value = { ...this.#read(entry.page).state, view: this.#state.value.view };
    this.#write();
  };

  /** A person has put another state into the address. */
  async #fromAddress(): Promise<void> {
    try {
      const value = await decodeState(location.hash);
      if (value !== null) {
        const { state, left } = this.#read(value);
        this.#state.value = state;
        this.#tell(openedWithout(left));
      }
    } catch (error) {
      // The page stays as it is, and its address again says how.
      this.#tell(unreadable(error));
    }
    this.#replace();
  }

  #entry(): Entry {
    return { studio: this.#depth.value, page: this.#state.value };
  }

  #replace(): void {
    history.replaceState(this.#entry(), "");
    this.#write();
  }

  /** Writes the state into the address once it rests. */
  #write(): void {
    clearTimeout(this.#writing);
    this.#writing = setTimeout(async () => {
      const state = this.#state.value;
      const hash = await encodeState(state);
      if (state === this.#state.value) history.replaceState(this.#entry(), "", `#${hash}`);
    }, 150);
  }
}

function readEntry(value: unknown): Entry | null {
  if (typeof value !== "object" || value === null || !("studio" in value) || !("page" in value)) return null;
  return typeof value.studio === "number" ? (value as Entry) : null;
}
