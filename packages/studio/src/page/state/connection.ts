import { type ReadonlySignal, signal } from "@preact/signals";
import type { Session } from "../../api/index.ts";
import { Refusal } from "../client/errors.ts";
import { watchServer } from "../client/http.ts";
import type { StudioApi } from "../client/studio-api.ts";

export type Connection = "there" | "gone" | "locked";

/** Whether the server answers; asks again each second while it does not, and each ten while it does. */
export class ConnectionWatch {
  readonly #state = signal<Connection>("there");
  readonly #api: StudioApi;
  readonly #onAnother: (session: Session) => void;
  readonly #run: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onAnother - called when another server answers than the one the page was opened with */
  constructor(api: StudioApi, session: Session, onAnother: (session: Session) => void) {
    this.#api = api;
    this.#run = session.run;
    this.#onAnother = onAnother;
    if (!api.live) return;
    watchServer((reached) => {
      if (!reached && this.#state.peek() !== "gone") {
        this.#state.value = "gone";
        this.#later(1000);
      }
    });
    this.#later(5000);
  }

  get state(): ReadonlySignal<Connection> {
    return this.#state;
  }

  stop(): void {
    clearTimeout(this.#timer);
    watchServer(() => {});
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    try {
      const session = await this.#api.session(AbortSignal.timeout(20_000));
      if (session.run !== this.#run) {
        this.stop();
        this.#onAnother(session);
        return;
      }
      this.#state.value = "there";
      this.#later(5000);
    } catch (error) {
      // Another server at the same place, with another token.
      this.#state.value = error instanceof Refusal && [401, 403].includes(error.status) ? "locked" : "gone";
      this.#later(1000);
    }
  }
}
