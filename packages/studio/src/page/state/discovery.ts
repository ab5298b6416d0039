import type { AblationType } from "@autocircuit/core";
import { signal } from "@preact/signals";
import type { DiscoverRequest } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import { Latest } from "../client/latest.ts";
import type { StudioApi } from "../client/studio-api.ts";
import { counted } from "../ui/numbers.ts";

/** What the form of a discovery holds. */
export interface DiscoveryForm {
  algorithm: string;
  values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  ablation: AblationType | null;
  promptCount: number | null;
  name: string;
}

/** One discovery at a time: its form, its progress, what it found. */
export class Discovery {
  readonly form;
  readonly progress = signal<{ done: number; total: number } | null>(null);
  readonly text = signal("");
  readonly error = signal<string | null>(null);
  /** What was found last, and which scores were looked at before. */
  readonly last = signal<{ name: string; seconds: number; before: string | null } | null>(null);
  readonly #latest = new Latest();
  readonly #api: StudioApi;
  readonly #onFound: (id: string) => Promise<string | null>;

  /** @param onFound - takes up new scores; gives the id of those that were looked at before */
  constructor(api: StudioApi, algorithm: string, onFound: (id: string) => Promise<string | null>) {
    this.#api = api;
    this.#onFound = onFound;
    this.form = signal<DiscoveryForm>({ algorithm, values: {}, ablation: null, promptCount: null, name: "" });
  }

  async start(request: DiscoverRequest): Promise<void> {
    this.progress.value = { done: 0, total: 0 };
    this.text.value = "begun …";
    this.error.value = null;
    try {
      await this.#latest.run(async (abort) => {
        for await (const line of this.#api.discover(request, abort)) {
          if (line.type === "error") throw new Error(line.message);
          if (line.type === "progress") {
            this.progress.value = { done: line.done, total: line.total };
            this.text.value = line.text;
          } else {
            const before = await this.#onFound(line.id);
            this.last.value = { name: request.name, seconds: line.seconds, before };
            this.text.value = `done, ${counted(Math.max(1, Math.round(line.seconds)), "second")}`;
          }
        }
      });
    } catch (error) {
      this.error.value = messageOf(error);
      this.text.value = "";
    }
    this.progress.value = null;
  }

  cancel(): void {
    this.#latest.cancel();
    this.text.value = "cancelled";
  }
}
