import { createHash } from "node:crypto";
import { version } from "@autocircuit/base";
import type { AlgorithmName } from "@autocircuit/discovery";
import type { SweepMeasure, SweepPlan } from "./plan.ts";
import type { TaskEntry } from "./task-entries.ts";

/** The form of a unit's result; another number is another version, which is not mixed with this one. */
export const RESULT_VERSION = 4;

/** What a unit needs to have a model and prompts. Units whose subjects are equal share them. */
export interface UnitSubject extends Pick<SweepPlan, "device" | "dtype" | "tf32"> {
  /** Paths are absolute, models of the hub the folders they lie in. */
  readonly task: TaskEntry;
  readonly seed: number;
  /** SHA-256 of what lay at each path of the task when the plan was read. */
  readonly files: Readonly<Record<string, string>>;
  /** Hash of the model's files, of the prompts and of how they are loaded. */
  readonly digest: string;
}

/** One algorithm with one setting on one task with one seed. */
export interface SweepUnit {
  /** Place in the plan, from 0. */
  readonly index: number;
  /** SHA-256 of everything that decides the result, 64 hexadecimal digits: where the result lies. */
  readonly hash: string;
  readonly subject: UnitSubject;
  /** What results call the algorithm with this setting. */
  readonly key: string;
  readonly algorithm: AlgorithmName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly measure: SweepMeasure;
  readonly priority: number;
}

/** Whether a text can be the hash of a unit; anything else never becomes part of a path. */
export function isUnitHash(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
}

/** The hash of a unit. What people call it and when it runs do not count. */
export function unitHash({ subject, algorithm, options, measure }: Omit<SweepUnit, "index" | "hash">): string {
  const { digest } = subject;
  return hashOf({ result: RESULT_VERSION, autocircuit: version, subject: digest, algorithm, options, measure });
}

/** SHA-256 of plain data, whatever the order of its entries. */
export function hashOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(value)))
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => [name, sorted(entry)]),
  );
}
