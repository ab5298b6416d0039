import { type ReadonlySignal, signal } from "@preact/signals";
import type { ScoreSet, Session } from "../../api/index.ts";
import { Refusal } from "../client/errors.ts";
import { watchServer } from "../client/http.ts";
import type { StudioApi } from "../client/studio-api.ts";

export type Connection = "there" | "gone" | "locked";

/** Whether the server answers; asks again each second while it does not, every five while it does. */
export class ConnectionWatch {
  readonly #state = signal<Connection>("there");
  readonly #returns = signal(0);
  readonly #api: StudioApi;
  readonly #onAnother: (session: Session) => void;
  readonly #onScoreSets: (sets: readonly ScoreSet[]) => void;
  readonly #run: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param onScoreSets - called with the list as it is now, each time that the server is asked
   * @param onAnother - called when another server answers than the one the page was opened with
   */
  constructor(
    api: StudioApi,
    session: Session,
    onScoreSets: (sets: readonly ScoreSet[]) => void,
    onAnother: (session: Session) => void,
  ) {
    this.#onScoreSets = onScoreSets;
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

  /** How often the server was there again after it was not: what was refused meanwhile may be asked again. */
  get returns(): ReadonlySignal<number> {
    return this.#returns;
  }

  stop(): void {
    clearTimeout(this.#timer);
    watchServer(() => {});
  }

  #set(state: Connection): void {
    if (state === "there" && this.#state.peek() !== "there") this.#returns.value++;
    this.#state.value = state;
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    try {
      if (this.#state.peek() === "there") {
        // Small, and what other pages have found comes with it.
        this.#onScoreSets(await this.#api.scoreSets());
      } else {
        const session = await this.#api.session(AbortSignal.timeout(20_000));
        if (session.graph === null) {
          // Without a model there is nothing of this page that could go on.
          location.reload();
          return;
        }
        if (session.run !== this.#run) {
          this.stop();
          this.#onAnother(session);
          return;
        }
      }
      this.#set("there");
      this.#later(5000);
    } catch (error) {
      const refused = error instanceof Refusal;
      // Another server at the same place, with another token; any other refusal is one of the server that was there.
      this.#set(refused && [401, 403].includes(error.status) ? "locked" : refused ? "there" : "gone");
      this.#later(1000);
    }
  }
}
