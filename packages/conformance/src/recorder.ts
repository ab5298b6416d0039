import type { Difference } from "./tolerance.ts";
import { maxAbs, narrowDifference, scalarDifference, type ToleranceOptions, tensorDifference } from "./tolerance.ts";

/** One comparison with the reference. */
export interface Check {
  /** Folder of the case. */
  folder: string;
  /** What was compared, e.g. `edges/patched/0/RESAMPLE`. */
  name: string;
  passed: boolean;
  /** What differs and by how much; empty when it passed. */
  detail: string;
}

/** Something to know about a comparison that is no difference. */
export interface Note {
  /** Folder of the case. */
  folder: string;
  /** What was compared. */
  name: string;
  text: string;
}

/** Cells of a tensor for which the reference has no number. */
export interface Uncompared {
  /** Folder of the case. */
  folder: string;
  /** What was to be compared. */
  name: string;
  cells: number;
}

/** Where a recorder's findings go. */
export interface Listener {
  onCheck: (check: Check) => void;
  onNote?: ((note: Note) => void) | undefined;
  onUncompared?: ((uncompared: Uncompared) => void) | undefined;
}

/** A host tensor: values in row-major order. */
export interface HostTensor {
  shape: readonly number[];
  data: ArrayLike<number>;
}

/** Records the checks of one case. Names are prefixed by the section they belong to. */
export class Recorder {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #listener: Listener;
  readonly #bound: number | undefined;

  /** @param bound For a number type narrower than float32: how far numbers may differ, as a share of the largest. */
  constructor(folder: string, listener: Listener, prefix = "", bound?: number) {
    this.#folder = folder;
    this.#listener = listener;
    this.#prefix = prefix;
    this.#bound = bound;
  }

  /** A recorder for results of a narrower number type; `undefined` is the full tolerance. */
  within(bound: number | undefined): Recorder {
    return new Recorder(this.#folder, this.#listener, this.#prefix, bound);
  }

  /** Whether results are those of a narrower number type. */
  get narrow(): boolean {
    return this.#bound !== undefined;
  }

  /** A recorder for gradients: they are rounded on the way back as the outputs were on the way there. */
  backward(): Recorder {
    return this.within(this.#bound && 2 * this.#bound);
  }

  /** A recorder whose names start with `section/`. */
  section(section: string): Recorder {
    return new Recorder(this.#folder, this.#listener, `${this.#prefix}${section}/`, this.#bound);
  }

  /** Records a check that was made elsewhere. */
  record(name: string, passed: boolean, detail = ""): void {
    this.#listener.onCheck({ folder: this.#folder, name: this.#prefix + name, passed, detail: passed ? "" : detail });
  }

  /** Says something that is no difference. */
  note(text: string): void {
    this.#listener.onNote?.({ folder: this.#folder, name: this.#prefix.replace(/\/$/, ""), text });
  }

  /** Compares a tensor, shape included. */
  tensor(name: string, actual: HostTensor, expected: HostTensor, options: ToleranceOptions = {}): void {
    if (!sameShape(actual, expected)) {
      this.record(name, false, `shape [${actual.shape.join(", ")}] instead of [${expected.shape.join(", ")}]`);
      return;
    }
    const difference =
      this.#bound === undefined
        ? tensorDifference(actual.data, expected.data, options)
        : narrowDifference(actual.data, expected.data, this.#bound, sizeOf(expected, options));
    this.record(
      name,
      difference === undefined,
      difference && describe(difference, coordinates(difference.index, expected.shape)),
    );
  }

  /**
   * Compares the cells of a tensor that the reference has a number for. The others, NaN there, are counted apart: nothing is known of them
   * but that they must be numbers here.
   */
  defined(name: string, actual: HostTensor, expected: HostTensor, options: ToleranceOptions = {}): void {
    const { shape } = expected;
    const cells = Array.from(expected.data, (value, cell) => (Number.isNaN(value) ? -1 : cell)).filter(
      (cell) => cell >= 0,
    );
    const undefinedCells = expected.data.length - cells.length;
    if (undefinedCells === 0 || !sameShape(actual, expected)) {
      this.tensor(name, actual, expected, options);
      return;
    }
    const wrong = Array.from(actual.data).findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      this.record(
        name,
        false,
        `${actual.data[wrong]}${coordinates(wrong, shape)}, where the reference has ${expected.data[wrong]}`,
      );
      return;
    }
    const of = ({ data }: HostTensor) => ({ shape: [cells.length], data: cells.map((cell) => data[cell]!) });
    if (cells.length > 0)
      this.tensor(`${name} (${cells.length} of ${expected.data.length} cells)`, of(actual), of(expected), options);
    this.#listener.onUncompared?.({ folder: this.#folder, name: this.#prefix + name, cells: undefinedCells });
  }

  /** Compares a number. */
  scalar(name: string, actual: number, expected: number, options: ToleranceOptions = {}): void {
    const difference =
      this.#bound === undefined
        ? scalarDifference(actual, expected, options)
        : narrowDifference(
            [actual],
            [expected],
            this.#bound,
            Math.max(1, Math.abs(expected), options.max ?? 0, options.rounded ?? 0),
          );
    this.record(name, difference === undefined, difference && describe(difference, ""));
  }

  /**
   * Compares numbers that hang on decisions (what a threshold keeps, where steps of one size lead): in a narrower number type other
   * decisions are right as well, and only what is no number is wrong.
   */
  decided(name: string, actual: HostTensor, expected: HostTensor, options: ToleranceOptions = {}): void {
    if (this.#bound === undefined) {
      this.tensor(name, actual, expected, options);
      return;
    }
    const wrong = Array.from(actual.data).findIndex(Number.isNaN);
    const same = sameShape(actual, expected);
    this.record(name, same && wrong < 0, same ? `NaN at flat index ${wrong}` : `shape [${actual.shape.join(", ")}]`);
  }

  /** The same for a number. */
  decidedScalar(name: string, actual: number, expected: number, options: ToleranceOptions = {}): void {
    if (this.#bound === undefined) this.scalar(name, actual, expected, options);
    else this.record(name, Number.isFinite(actual), `${actual} instead of ${expected}`);
  }

  /** Compares something discrete: numbers, names, or lists of them. */
  equal(name: string, actual: unknown, expected: unknown): void {
    const [have, want] = [JSON.stringify(actual), JSON.stringify(expected)];
    this.record(name, have === want, `${firstDifference(have, want)}`);
  }

  /** Compares two collections of names as sets, and names what is missing or too much. */
  set(name: string, actual: Iterable<string>, expected: Iterable<string>): void {
    const [have, want] = [new Set(actual), new Set(expected)];
    const missing = [...want].filter((item) => !have.has(item));
    const extra = [...have].filter((item) => !want.has(item));
    const parts = [few("missing", missing), few("not expected", extra)].filter((part) => part !== "");
    this.record(name, parts.length === 0, parts.join("; "));
  }

  /** Runs `body`; if it throws, that is a failed check named `name`. An abort is passed on. */
  async attempt(name: string, body: () => Promise<void> | void): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.record(name, false, `threw: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function sizeOf(expected: HostTensor, { max = maxAbs(expected.data), rounded = 0 }: ToleranceOptions): number {
  return Math.max(max, rounded);
}

function sameShape(a: HostTensor, b: HostTensor): boolean {
  return a.shape.length === b.shape.length && a.shape.every((size, i) => size === b.shape[i]);
}

function coordinates(index: number, shape: readonly number[]): string {
  const at: number[] = [];
  let rest = index;
  for (const size of shape.toReversed()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return ` at [${at.join(", ")}]`;
}

function describe(difference: Difference, where: string): string {
  const { actual, expected, maxAbs, allowed } = difference;
  return `${actual} instead of ${expected}${where} (allowed ${allowed.toExponential(2)}); max abs difference ${maxAbs.toExponential(2)}`;
}

function few(word: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const more = items.length > 4 ? `, ... (${items.length})` : "";
  return `${word}: ${items.slice(0, 4).join(", ")}${more}`;
}

function firstDifference(have = "nothing", want = "nothing"): string {
  let at = 0;
  while (at < have.length && at < want.length && have[at] === want[at]) at++;
  const start = Math.max(0, at - 20);
  const cut = (text: string) =>
    `${start > 0 ? "..." : ""}${text.slice(start, at + 40)}${text.length > at + 40 ? "..." : ""}`;
  return `${cut(have)} instead of ${cut(want)}`;
}
