import { Presets, SingleBar } from "cli-progress";
import { duration } from "./duration.ts";

/** Measured for so long, in milliseconds, before a time is foretold. */
const MEASURED_FOR = 2000;
/** From so many seconds on it is said once how long the step will take. */
const LONG = 60;

/**
 * Shows how far a long step is and how long it will take: a bar on a terminal, a line now and then elsewhere. Writes to stderr, results go
 * to stdout.
 */
export class Progress implements Disposable {
  readonly #label: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: SingleBar | undefined;
  readonly #most: number;
  readonly #made = Date.now();
  #began = 0;
  #started = false;
  #foretold = false;
  #lastLine = Date.now();
  /** Steps that were done when it was first told: an earlier run's, or a first one that took longer than others. */
  #first: number | undefined;

  /** @param most seconds after which the step ends in any case */
  constructor(label: string, stream: NodeJS.WriteStream = process.stderr, most = Number.POSITIVE_INFINITY) {
    this.#label = label;
    this.#stream = stream;
    this.#most = most;
    const options = {
      format: `${label} {bar} {percentage}% | {value}/{total} | {left}`,
      stream,
      hideCursor: true,
      clearOnComplete: true,
    };
    this.#bar = stream.isTTY ? new SingleBar(options, Presets.shades_classic) : undefined;
  }

  /** Reports that `done` of `total` steps are finished. */
  readonly update = (done: number, total: number): void => {
    if (this.#first === undefined) [this.#first, this.#began] = [done, Date.now()];
    const left = this.#left(done, total);
    this.#foretell(done, total, left);
    const text = left === undefined ? "" : `about ${duration(left)} left`;
    if (this.#bar) {
      if (!this.#started) this.#bar.start(total, 0, { left: text });
      this.#bar.setTotal(total);
      this.#bar.update(done, { left: text });
    } else if (total > 0 && this.#due(done, total)) {
      process.stderr.write(`${this.#label}: ${done} of ${total}${text && done < total ? `, ${text}` : ""}\n`);
    }
    this.#started = true;
  };

  /** Seconds left by the speed until now; undefined before that can be known. */
  #left(done: number, total: number): number | undefined {
    const passed = Date.now() - this.#began;
    const made = done - this.#first!;
    if (passed < MEASURED_FOR || made === 0) return undefined;
    const ends = 1000 * this.#most - (Date.now() - this.#made);
    return Math.min((passed / made) * (total - done), Math.max(0, ends)) / 1000;
  }

  /** Says once how long a long step will take, measured from its first part. */
  #foretell(done: number, total: number, left: number | undefined): void {
    if (this.#foretold || left === undefined) return;
    this.#foretold = true;
    if (left < LONG) return;
    if (this.#bar) {
      this.#stream.clearLine(0);
      this.#stream.cursorTo(0);
    }
    process.stderr.write(
      `${this.#label}: ${total.toLocaleString("en-US")} steps will take about ${duration(left)}, by the first ${done.toLocaleString("en-US")}\n`,
    );
  }

  /** Plain lines come at most every five seconds, so that logs stay short; the last step is always reported. */
  #due(done: number, total: number): boolean {
    const now = Date.now();
    if (done < total && now - this.#lastLine < 5000) return false;
    this.#lastLine = now;
    return true;
  }

  [Symbol.dispose](): void {
    if (this.#started) this.#bar?.stop();
  }
}
