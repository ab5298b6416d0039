/** Something that stops a script and is said without a stack. */
export class StepError extends Error {}

/**
 * Runs named steps one after another and says how long each took.
 */
export class Steps {
  #log;
  #taken = [];
  #slowAfter;
  #onlyChanges;
  #spoke = false;

  /**
   * @param {(line: string) => void} log
   * @param {{ onlyChanges?: boolean }} [options] `onlyChanges`: a step that finds all as it should be, and quickly, says nothing.
   */
  constructor(log = console.log, { onlyChanges = false } = {}) {
    this.#log = (line) => {
      this.#spoke = true;
      log(line);
    };
    this.#onlyChanges = onlyChanges;
    this.#slowAfter = onlyChanges ? 3000 : 1000;
  }

  /** Whether anything was said. */
  get spoke() {
    return this.#spoke;
  }

  /** Says something inside a step. */
  say(line) {
    this.#log(`  ${line}`);
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work May return a text that says what was done; it is printed beside the time.
   *   `{ text, changed: false }` says that nothing had to be done.
   * @returns {Promise<T>}
   */
  async step(name, work) {
    const started = performance.now();
    let announced = false;
    const slow = setTimeout(() => {
      announced = true;
      this.#log(`${name} ...`);
    }, this.#slowAfter);
    try {
      const result = await work();
      const text = typeof result === "string" ? result : (result?.text ?? "done");
      const changed = typeof result !== "object" || result.changed !== false;
      this.#done(name, started, text, announced || changed);
      return result;
    } catch (error) {
      this.#done(name, started, "failed", true);
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }

  #done(name, started, what, worthALine) {
    const seconds = (performance.now() - started) / 1000;
    this.#taken.push({ name, seconds });
    if (this.#onlyChanges && !worthALine) return;
    this.#log(`${name}: ${what} (${seconds.toFixed(1)} s)`);
  }

  /** One line with the time of every step. */
  summary() {
    const total = this.#taken.reduce((sum, { seconds }) => sum + seconds, 0);
    const parts = this.#taken.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`);
    return `took ${total.toFixed(1)} s: ${parts.join(", ")}`;
  }
}

/**
 * What to print of an error: the message alone where it was written for people, else the stack too.
 *
 * @param {any} error
 */
export function describeError(error) {
  const forPeople = error instanceof StepError || error?.code === "libtorch" || error?.code === "addon";
  return forPeople ? error.message : error;
}

/**
 * Runs a script's body; a failure is printed and exits with 1.
 *
 * @param {() => Promise<void>} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(describeError(error));
    process.exitCode = 1;
  }
}
