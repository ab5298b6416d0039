import type { StepProgress } from "@autocircuit/discovery";
import { Progress } from "../support/progress.ts";

/** A line or bar of progress for each step. */
export class StepsProgress implements Disposable {
  #step: string | undefined;
  #progress: Progress | undefined;
  #done = 0;
  readonly #begun = new Set<string>();

  update({
    step,
    done,
    total,
    most,
    even = true,
  }: Omit<StepProgress, "most"> & Partial<Pick<StepProgress, "most">>): void {
    // A phase of a search may begin again.
    if (step !== this.#step || done < this.#done) {
      this[Symbol.dispose]();
      this.#progress = new Progress(step, process.stderr, { even, again: this.#begun.has(step) });
      this.#step = step;
      this.#begun.add(step);
    }
    this.#done = done;
    this.#progress?.update(done, total, most);
  }

  [Symbol.dispose](): void {
    this.#progress?.[Symbol.dispose]();
    this.#progress = undefined;
  }
}
