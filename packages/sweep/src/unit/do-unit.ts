import { claimNow } from "@autocircuit/base";
import { memory, resetPeak } from "@autocircuit/native";
import type { SweepUnit } from "../plan/unit.ts";
import { resultText } from "../results/result-file.ts";
import type { SweepResults } from "../results/store.ts";
import { CannotKeepError, unitError } from "../results/unit-error.ts";
import { type UnitTimes, unitMachine } from "../results/unit-times.ts";
import { runUnit } from "./run-unit.ts";
import type { Subjects } from "./subjects.ts";

/** What came of a unit: done now, there already, failed, or in the hands of another process. */
export type UnitOutcome = "done" | "kept" | "failed" | "busy";

/** What {@link doUnit} works with. */
export interface DoUnitOptions {
  readonly results: SweepResults;
  readonly subjects: Subjects;
  /** See `unitMachine`. */
  readonly runner: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does one unit unless its result is there, and keeps what comes of it, an error too. All runners call it.
 *
 * @throws CannotKeepError where nothing can be written; AutocircuitError `aborted`, `bad-file` for a result of another version
 */
export async function doUnit(unit: SweepUnit, options: DoUnitOptions): Promise<UnitOutcome> {
  const { results, runner } = options;
  if ((await results.result(unit.hash)) !== undefined) return "kept";
  // Were it ever broken, the unit would be done twice with the same result, and counted once.
  using claim = await keeping(async () => claimNow(results.path("claims", unit.hash)));
  if (claim === undefined) return "busy";
  // Another one may have been quicker between the look and the claim.
  if ((await results.result(unit.hash)) !== undefined) return "kept";
  const done = await attempted(unit, options);
  if ("error" in done) {
    await keeping(() => results.fail(unit.hash, unitError(done.error)));
    return "failed";
  }
  const times: UnitTimes = { ...done.times, finished: new Date().toISOString(), machine: unitMachine(runner) };
  await keeping(() => results.keepText(unit.hash, done.text, times));
  return "done";
}

type Attempt = { text: string; times: Omit<UnitTimes, "finished" | "machine"> } | { error: unknown };

async function attempted(unit: SweepUnit, { subjects, signal }: DoUnitOptions): Promise<Attempt> {
  try {
    await resetPeak();
    const started = performance.now();
    const task = await subjects.of(unit.subject, signal);
    const load = (performance.now() - started) / 1000;
    const { result, discover, measure } = await runUnit(task, unit, { signal });
    await subjects.requireSameWeights(unit.subject);
    const { peakMemoryBytes } = await memory();
    const seconds = (performance.now() - started) / 1000;
    const times = { discover, measure, load, seconds, peakMemoryBytes };
    return { text: resultText(unit.hash, result), times };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { error };
  }
}

/** What fails here is no fault of the unit. */
async function keeping<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new CannotKeepError((cause as Error).message, { cause });
  }
}
