import { Presets, SingleBar } from "cli-progress";
import { duration } from "./duration.ts";

/** Measured for so long, in milliseconds, before a time is foretold. */
const MEASURED_FOR = 2000;
/** After so long without a line, in milliseconds, it is said again how far the step is. */
const SILENCE = 10_000;
/** From so many seconds on it is said once how long the step will take. */
const LONG = 60;

/** How the progress of a step is told. */
export interface ProgressOptions {
  /** Whether what is done tells how long the rest takes; else it is only said when it ends in any case. Default true. */
  readonly even?: boolean | undefined;
  /** Whether the same was done before: that it is done again is said where it took so long that it was told on the way. Default false. */
  readonly again?: boolean | undefined;
}

/**
 * Shows how far a long step is and how long it will take: a bar on a terminal, a line now and then elsewhere. Writes to stderr, results go
 * to stdout.
 */
export class Progress implements Disposable {
  readonly #label: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: SingleBar | undefined;
  /** When the step ends in any case. */
  #ends = Number.POSITIVE_INFINITY;
  readonly #even: boolean;
  /** Whether that the step is done has been said, or need not be. */
  #ended: boolean;
  #began = 0;
  #started = false;
  #foretold = false;
  #lastLine = Date.now();
  readonly #beat: NodeJS.Timeout;
  /** What was told last, where something is left to do. */
  #told: { readonly done: number; readonly total: number } | undefined;
  /** Steps that were done when it was first told: an earlier run's, or a first one that took longer than others. */
  #first: number | undefined;

  constructor(
    label: string,
    stream: NodeJS.WriteStream = process.stderr,
    { even = true, again = false }: ProgressOptions = {},
  ) {
    this.#label = label;
    this.#stream = stream;
    this.#even = even;
    this.#ended = again;
    this.#beat = setInterval(() => this.#again(), SILENCE / 2).unref();
    const options = {
      format: `${label} {bar} {percentage}% | {value}/{total} | {left}`,
      stream,
      hideCursor: true,
      clearOnComplete: true,
    };
    this.#bar = stream.isTTY ? new SingleBar(options, Presets.shades_classic) : undefined;
  }

  /**
   * Reports that `done` of `total` steps are finished.
   *
   * @param most seconds from now after which the step ends in any case
   */
  readonly update = (done: number, total: number, most = Number.POSITIVE_INFINITY): void => {
    this.#ends = Date.now() + 1000 * most;
    if (this.#first === undefined) [this.#first, this.#began] = [done, Date.now()];
    this.#told = done < total ? { done, total } : undefined;
    const left = this.#left(done, total);
    this.#foretell(done, total, left);
    const text = left === undefined ? this.#atMost() : `about ${atLeastOne(left)} left`;
    if (this.#bar) {
      if (!this.#started) this.#bar.start(total, 0, { left: text });
      this.#bar.setTotal(total);
      this.#bar.update(done, { left: text });
    } else if (total > 0 && this.#due(done, total)) {
      process.stderr.write(`${this.#label}: ${done} of ${total}${text && done < total ? `, ${text}` : ""}\n`);
    }
    this.#started = true;
  };

  /** Shows in a part of the step that takes long that it goes on. */
  #again(): void {
    if (this.#told === undefined) return;
    const { done, total } = this.#told;
    const text = this.#atMost();
    if (this.#bar && text) this.#bar.update(done, { left: text });
    if (this.#bar || Date.now() - this.#lastLine < SILENCE) return;
    this.#lastLine = Date.now();
    const at = total === 1 ? "at work" : `${done} of ${total}`;
    const passed = duration((Date.now() - this.#began) / 1000);
    process.stderr.write(`${this.#label}: still ${at} after ${passed}${text && `, ${text}`}\n`);
  }

  /** Seconds left by the speed until now; undefined before that can be known. */
  #left(done: number, total: number): number | undefined {
    const passed = Date.now() - this.#began;
    const made = done - this.#first!;
    if (!this.#even || passed < MEASURED_FOR || made === 0) return undefined;
    const rest = (passed / made) * (total - done);
    // Where it would take longer it is ended, and not all of it is done.
    return Date.now() + rest > this.#ends ? undefined : rest / 1000;
  }

  #atMost(): string {
    if (!Number.isFinite(this.#ends)) return "";
    const left = (this.#ends - Date.now()) / 1000;
    return left > 0 ? `at most ${atLeastOne(left)} left` : "its time is over: ending what runs";
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

  /** Plain lines come at most every five seconds, so that logs stay short; that all is done is said once. */
  #due(done: number, total: number): boolean {
    const now = Date.now();
    if (done < total ? now - this.#lastLine < 5000 : this.#ended) return false;
    this.#ended = done >= total;
    this.#lastLine = now;
    return true;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#beat);
    if (this.#started) this.#bar?.stop();
  }
}

/** Seconds in words while something is left to do: never 0 s. */
function atLeastOne(seconds: number): string {
  return duration(Math.max(1, seconds));
}

/** Does what has no steps to tell; where it takes long, a line now and then says that it goes on. */
export async function withProgress<T>(label: string, work: () => Promise<T>): Promise<T> {
  using progress = new Progress(label);
  progress.update(0, 1);
  return await work();
}
