import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { EvaluateLine, EvaluateRequest, PromptMeasures, RunChoice } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import { Latest } from "../client/latest.ts";
import type { StudioApi } from "../client/studio-api.ts";

export type Totals = Extract<EvaluateLine, { type: "done" }>;

/** The data set's measures, streamed in: those of one choice of edges. */
export class Evaluation {
  readonly rows = signal<readonly PromptMeasures[]>([]);
  readonly totals = signal<Totals | null>(null);
  readonly progress = signal<{ done: number; total: number } | null>(null);
  readonly error = signal<string | null>(null);
  /** Whether it begins anew by itself when the choice changes. */
  readonly follows = signal(false);
  /** At most so many prompts when it begins by itself; null for all. */
  limit: number | null = null;
  /** Which choice the rows and totals belong to: the one before until the first rows of the next are there. */
  readonly key = signal<string | null>(null);
  readonly stale: ReadonlySignal<boolean>;
  /** Which choice was begun with last. */
  #begun: string | null = null;
  readonly #latest = new Latest();
  readonly #choice: ReadonlySignal<RunChoice | null>;
  readonly #api: StudioApi;
  readonly #end: () => void;

  constructor(api: StudioApi, choice: ReadonlySignal<RunChoice | null>) {
    this.#api = api;
    this.#choice = choice;
    const key = computed(() => JSON.stringify(choice.value));
    this.stale = computed(() => this.key.value !== null && this.key.value !== key.value);
    this.#end = effect(() => {
      if (this.follows.value && choice.value && key.value !== this.#begun) void this.start(this.limit);
    });
  }

  get running(): boolean {
    return this.progress.value !== null;
  }

  async start(promptCount: number | null): Promise<void> {
    const choice = this.#choice.peek();
    if (!choice) return;
    const own = JSON.stringify(choice);
    this.#begun = own;
    this.progress.value = { done: 0, total: promptCount ?? 0 };
    this.error.value = null;
    try {
      const finished = await this.#latest.run(async (signal) => {
        let begun = false;
        for await (const line of this.#api.evaluate({ ...choice, promptCount } satisfies EvaluateRequest, signal)) {
          if (signal.aborted) return true;
          if (line.type === "error") throw new Error(line.message);
          if (line.type === "done") {
            this.totals.value = line;
          } else {
            // The last evaluation's rows stay, greyed, until the first of this one are there.
            this.rows.value = begun ? [...this.rows.peek(), ...line.rows] : line.rows;
            if (!begun) {
              this.totals.value = null;
              this.key.value = own;
            }
            begun = true;
            this.progress.value = { done: line.done, total: line.total };
          }
        }
        return true;
      });
      if (finished === undefined) return;
    } catch (error) {
      this.error.value = messageOf(error);
    }
    this.progress.value = null;
  }

  stop(): void {
    this.#end();
    this.cancel();
  }

  cancel(): void {
    this.#latest.cancel();
    this.#begun = null;
    this.progress.value = null;
  }
}
