/** Something that stops a script and is said without a stack. */
export class StepError extends Error {}

/**
 * Runs named steps one after another and says how long each took.
 */
export class Steps {
  #log;
  #taken = [];

  /** @param {(line: string) => void} log */
  constructor(log = console.log) {
    this.#log = log;
  }

  /** Says something inside a step. */
  say(line) {
    this.#log(`  ${line}`);
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work May return a text that says what was done; it is printed beside the time.
   * @returns {Promise<T>}
   */
  async step(name, work) {
    const started = performance.now();
    const slow = setTimeout(() => this.#log(`${name} ...`), 1000);
    try {
      const result = await work();
      this.#done(name, started, typeof result === "string" ? result : "done");
      return result;
    } catch (error) {
      this.#done(name, started, "failed");
      throw error;
    } finally {
      clearTimeout(slow);
    }
  }

  #done(name, started, what) {
    const seconds = (performance.now() - started) / 1000;
    this.#taken.push({ name, seconds });
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
