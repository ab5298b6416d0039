import { badFile, parseJson, shownValue } from "@autocircuit/base";
import { largestSize } from "./largest-sizes.ts";

/** Reads typed values out of a `config.json`, with errors that name the file and the key. Null counts as absent. */
export class ConfigReader {
  /** The values as they are. */
  readonly values: Readonly<Record<string, unknown>>;
  /** File (and key, for a nested object) these values came from. */
  readonly where: string;

  constructor(values: unknown, where: string) {
    if (typeof values !== "object" || values === null || Array.isArray(values)) {
      throw badFile(where, "is not a JSON object.");
    }
    this.values = values as Readonly<Record<string, unknown>>;
    this.where = where;
  }

  /** Parses JSON text. */
  static parse(text: string, where: string): ConfigReader {
    let values: unknown;
    try {
      values = parseJson(text);
    } catch (cause) {
      throw badFile(where, `is not JSON: ${(cause as Error).message}.`, { cause });
    }
    return new ConfigReader(values, where);
  }

  /** The same values but for these. */
  with(changes: Readonly<Record<string, unknown>>): ConfigReader {
    return new ConfigReader({ ...this.values, ...changes }, this.where);
  }

  /** The same values, with these for keys that are not there. A key that is there and null stays null. */
  withDefaults(defaults: Readonly<Record<string, unknown>>): ConfigReader {
    const absent = Object.entries(defaults).filter(([key]) => !this.hasKey(key) || this.values[key] === undefined);
    return this.with(Object.fromEntries(absent));
  }

  /** Whether the key is there and not null. */
  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  /** Whether the key is there, null or not. */
  hasKey(key: string): boolean {
    return Object.hasOwn(this.values, key);
  }

  /** The value as it is; undefined when absent or null. */
  raw(key: string): unknown {
    return this.hasKey(key) ? (this.values[key] ?? undefined) : undefined;
  }

  /** A whole number of at least 1. */
  size(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (!Number.isSafeInteger(value) || value < 1) throw this.fail(key, "is not a positive whole number");
    const most = largestSize(key);
    if (value > most) throw this.fail(key, `is more than the ${most} that any model may have: check the number`);
    return value;
  }

  number(key: string, fallback?: number): number {
    return this.#typed(key, "number", fallback);
  }

  /** A finite number above 0. */
  positive(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
    throw this.fail(key, "is not a finite number above 0");
  }

  /** What is added to a variance so that nothing is divided by 0: a finite number, at least 0. */
  epsilon(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
    throw this.fail(key, "is not a finite number of at least 0");
  }

  string(key: string, fallback?: string): string {
    return this.#typed(key, "string", fallback);
  }

  boolean(key: string, fallback?: boolean): boolean {
    return this.#typed(key, "boolean", fallback);
  }

  /** A nested object, or undefined. */
  object(key: string): ConfigReader | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : new ConfigReader(value, `${this.where}: \`${key}\``);
  }

  /** A list of text, or undefined. */
  strings(key: string): readonly string[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string")) {
      throw this.fail(key, "is not a list of text");
    }
    return value;
  }

  /** The error for a value that cannot be used. */
  fail(key: string, problem: string): Error {
    const value = this.hasKey(key) ? shownValue(this.raw(key) ?? null) : "missing";
    return badFile(this.where, `\`${key}\` is ${value}, which ${problem}.`);
  }

  /**
   * Refuses a setting that would change the computation in a way the engine does not know.
   *
   * @param expected the values under which nothing changes; an absent key counts as one of them
   */
  only(key: string, ...expected: readonly unknown[]): void {
    const value = this.raw(key);
    if (value !== undefined && !expected.includes(value)) {
      throw this.fail(key, `this engine does not do (it does ${expected.map((e) => JSON.stringify(e)).join(", ")})`);
    }
  }

  #typed(key: string, type: "number", fallback: number | undefined): number;
  #typed(key: string, type: "string", fallback: string | undefined): string;
  #typed(key: string, type: "boolean", fallback: boolean | undefined): boolean;
  #typed(key: string, type: string, fallback: unknown): unknown {
    const value = this.raw(key) ?? fallback;
    if (value === undefined) throw badFile(this.where, `has no \`${key}\`.`);
    if (typeof value !== type) throw this.fail(key, `is not a ${type}`);
    return value;
  }
}
