import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { RunAnswer, RunRequest } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import { Latest } from "../client/latest.ts";
import type { StudioApi } from "../client/studio-api.ts";

/** The latest real run of the chosen prompt, and whether it is that of what is chosen now. */
export class LiveRun {
  readonly answer = signal<{ key: string; answer: RunAnswer } | null>(null);
  readonly error = signal<{ key: string; message: string } | null>(null);
  readonly waiting = signal(false);
  readonly key: ReadonlySignal<string | null>;
  /** Whether the numbers there are belong to another choice. */
  readonly stale: ReadonlySignal<boolean>;
  readonly #latest = new Latest();
  readonly #api: StudioApi;
  readonly #end: () => void;

  /** @param request - what to run; null while it is not known yet */
  constructor(api: StudioApi, request: ReadonlySignal<RunRequest | null>, connected: ReadonlySignal<boolean>) {
    this.#api = api;
    this.key = computed(() => (request.value === null ? null : JSON.stringify(request.value)));
    this.stale = computed(() => this.answer.value !== null && this.answer.value.key !== this.key.value);
    this.#end = effect(() => {
      const key = this.key.value;
      if (key === null || !connected.value) return;
      void this.#run(JSON.parse(key) as RunRequest, key);
    });
  }

  stop(): void {
    this.#end();
    this.#latest.cancel();
  }

  async #run(request: RunRequest, key: string): Promise<void> {
    this.waiting.value = true;
    try {
      const answer = await this.#latest.run((signal) => this.#api.run(request, signal));
      if (answer === undefined) return;
      this.answer.value = { key, answer };
      this.error.value = null;
    } catch (error) {
      this.error.value = { key, message: messageOf(error) };
    }
    if (this.key.peek() === key) this.waiting.value = false;
  }
}
