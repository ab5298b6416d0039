import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

/** What a claimant is doing, as both threads see it. */
const [RUNNING, BEFORE_STEP, IDLE] = [0, 1, 2];
/** Cells of each claimant: its state, how many steps it may go on, and whether it has had the claim. */
const [STATE, STEPS, HAD] = [0, 1, 2];
const CELLS = 3;
/** Shared by all: how many hold the claim now, whether two ever did, and how long the path is that lies behind the cells. */
const [HOLDERS, BROKEN, LENGTH] = [61, 62, 63];
const PATH = 256;

const built = fileURLToPath(new URL("../dist/claims/claim.js", import.meta.url));

/** A thread that stops before it reads, writes or removes a file once it has gone its steps, and in the middle of holding a claim too. */
const PROGRAM = `
  const fs = require("node:fs");
  const { workerData: { built, shared, id } } = require("node:worker_threads");
  const cells = new Int32Array(shared);
  const [state, steps, had] = [${STATE}, ${STEPS}, ${HAD}].map((cell) => ${CELLS} * id + cell);
  let stepped = false;
  function settle(as) {
    Atomics.store(cells, state, as);
    Atomics.notify(cells, state);
    Atomics.wait(cells, state, as);
  }
  function step() {
    if (stepped && Atomics.sub(cells, steps, 1) <= 0) settle(${BEFORE_STEP});
  }
  for (const name of ["openSync", "writeSync", "rmSync"]) {
    const real = fs[name];
    fs[name] = (...given) => {
      step();
      return real(...given);
    };
  }
  require("node:module").syncBuiltinESMExports();
  import(built).then(({ claimNow }) => {
    for (;;) {
      settle(${IDLE});
      const path = Buffer.from(shared, ${PATH}, cells[${LENGTH}]).toString();
      stepped = true;
      const claim = claimNow(path);
      if (claim) {
        Atomics.store(cells, had, 1);
        if (Atomics.add(cells, ${HOLDERS}, 1) > 0) Atomics.store(cells, ${BROKEN}, 1);
        for (let turn = 0; turn < 4; turn++) step();
        Atomics.sub(cells, ${HOLDERS}, 1);
        claim[Symbol.dispose]();
      }
      stepped = false;
    }
  });
`;

/** Several claimants of one file, each of which goes on by as many steps as it is told to. */
export class SteppedClaims implements AsyncDisposable {
  readonly #shared = new SharedArrayBuffer(1024);
  readonly #cells = new Int32Array(this.#shared);
  readonly #workers: Worker[];

  constructor(claimants: number) {
    this.#workers = Array.from(
      { length: claimants },
      (_, id) => new Worker(PROGRAM, { eval: true, workerData: { built, shared: this.#shared, id } }),
    );
  }

  /** Until all are there. */
  async ready(): Promise<void> {
    for (const id of this.#workers.keys())
      while (this.#stateOf(id) !== IDLE) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /**
   * Lets all claim `folder/claim` once, in the order that `next` tells: of those that are not done, the place of who goes on, and for how many
   * steps.
   *
   * @returns whether two held it at once, and who held it
   */
  run(folder: string, next: (left: number) => readonly [number, number]): { broken: boolean; had: readonly number[] } {
    const cells = this.#cells;
    const path = Buffer.from(join(folder, "claim"));
    cells.fill(0, HOLDERS);
    cells[LENGTH] = path.length;
    path.copy(Buffer.from(this.#shared, PATH));
    const all = [...this.#workers.keys()];
    for (const id of all) {
      cells[CELLS * id + HAD] = 0;
      this.#go(id, 0);
    }
    for (;;) {
      const left = all.filter((id) => this.#stateOf(id) !== IDLE);
      if (left.length === 0) break;
      const [place, steps] = next(left.length);
      this.#go(left[place]!, steps);
    }
    return { broken: cells[BROKEN] === 1, had: all.filter((id) => cells[CELLS * id + HAD] === 1) };
  }

  #go(id: number, steps: number): void {
    const state = CELLS * id + STATE;
    Atomics.store(this.#cells, CELLS * id + STEPS, steps);
    Atomics.store(this.#cells, state, RUNNING);
    Atomics.notify(this.#cells, state);
    Atomics.wait(this.#cells, state, RUNNING);
  }

  #stateOf(id: number): number {
    return Atomics.load(this.#cells, CELLS * id + STATE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) await worker.terminate();
  }
}
