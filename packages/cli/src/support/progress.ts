import { Presets, SingleBar } from "cli-progress";

/** Shows how far a long step is: a bar on a terminal, a line now and then elsewhere. Writes to stderr, results go to stdout. */
export class Progress implements Disposable {
  readonly #label: string;
  readonly #bar: SingleBar | undefined;
  #started = false;
  #lastLine = Date.now();

  constructor(label: string, stream: NodeJS.WriteStream = process.stderr) {
    this.#label = label;
    const options = {
      format: `${label} {bar} {percentage}% | {value}/{total} | {eta_formatted}`,
      stream,
      hideCursor: true,
      clearOnComplete: true,
    };
    this.#bar = stream.isTTY ? new SingleBar(options, Presets.shades_classic) : undefined;
  }

  /** Reports that `done` of `total` steps are finished. */
  readonly update = (done: number, total: number): void => {
    if (this.#bar) {
      if (!this.#started) this.#bar.start(total, 0);
      this.#bar.setTotal(total);
      this.#bar.update(done);
    } else if (total > 0 && this.#due(done, total)) {
      process.stderr.write(`${this.#label}: ${done} of ${total}\n`);
    }
    this.#started = true;
  };

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
