import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { AutocircuitError, type ErrorCode } from "@autocircuit/base";

/** What a participant answers; what is in it depends on what was asked. */
export type Answer = Readonly<Record<string, unknown>>;

/** How a participant's process is started. */
export interface Command {
  program: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>> | undefined;
}

/** A participant could not do what it was asked. */
export class ParticipantError extends AutocircuitError {
  /** Whether a package is missing there. */
  readonly missing: boolean;

  constructor(message: string, { missing = false, code = "native" as ErrorCode } = {}) {
    super(code, message);
    this.missing = missing;
  }
}

/** A process that is asked one thing after the other: a line of JSON in, a line of JSON out. */
export class Participant {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  #errors = "";
  #ended: string | undefined;

  constructor(name: string, { program, args, env }: Command) {
    this.name = name;
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.#child.once("error", (error) => this.#end(`could not be started: ${error.message}`));
    this.#closed = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        this.#end(`ended (${signal ?? `exit code ${code}`})`);
        resolve();
      });
    });
    // A process that has ended reads nothing: its end is told by `close`.
    this.#child.stdin!.on("error", () => undefined);
    this.#child.stderr!.on("data", (chunk) => (this.#errors = (this.#errors + chunk).slice(-4000)));
    createInterface({ input: this.#child.stdout! }).on("line", (line) => this.#hear(line));
  }

  /**
   * Asks and waits for the answer.
   *
   * @param limit seconds to wait; after that the process is ended
   * @throws ParticipantError with what it said, or what it last printed if it ended
   */
  async ask(message: Answer, limit: number, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    if (this.#ended !== undefined) throw new ParticipantError(this.#ended);
    const stop = (why: string) => {
      this.#end(why);
      this.#child.kill("SIGKILL");
    };
    const timer = setTimeout(() => stop(`gave no answer in ${limit} s`), 1000 * limit);
    const abort = () => stop("was stopped");
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#child.stdin!.write(`${JSON.stringify(message)}\n`);
      });
      if (typeof answer.error === "string") {
        const code = answer.code as ErrorCode | undefined;
        throw new ParticipantError(answer.error, { missing: answer.missing === true, ...(code && { code }) });
      }
      return answer;
    } finally {
      this.#waiting = undefined;
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Ends the process, and waits until it writes no more. */
  async close(): Promise<void> {
    this.#child.stdin!.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await this.#closed;
    clearTimeout(timer);
  }

  #hear(line: string): void {
    let answer: unknown;
    try {
      answer = JSON.parse(line);
    } catch {
      answer = undefined;
    }
    const waiting = this.#waiting;
    if (typeof answer === "object" && answer !== null) waiting?.resolve(answer as Answer);
    else waiting?.reject(new ParticipantError(`answered what is no JSON object: ${line.slice(0, 200)}`));
  }

  #end(how: string): void {
    if (this.#ended !== undefined) return;
    const last = this.#errors.trim().split("\n").slice(-3).join("\n");
    this.#ended = last === "" ? how : `${how}. It last printed:\n${last}`;
    this.#waiting?.reject(new ParticipantError(this.#ended));
  }
}
