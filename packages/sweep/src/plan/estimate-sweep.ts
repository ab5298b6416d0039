import { type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type LongOptions, throwIfAborted } from "@autocircuit/core";
import { memory } from "@autocircuit/native";
import type { SweepResults } from "../results/store.ts";
import { runUnit } from "../unit/run-unit.ts";
import { Subjects } from "../unit/subjects.ts";
import type { SweepUnit } from "./unit.ts";

/** Options of {@link estimateSweep}. */
export interface EstimateSweepOptions extends LongOptions {
  /** How long to try what no result tells of, in all. Default 10. */
  readonly seconds?: number | undefined;
}

/** What a sweep still takes. */
export interface SweepEstimate {
  /** Of all missing units, one after the other, on the wall. */
  readonly seconds: number;
  /** Of the process that needs most, resident. */
  readonly bytes: number;
  /** Settings, an algorithm on a task, whose time is that of finished units, and those that were tried. */
  readonly known: number;
  readonly tried: number;
  /** Settings that were tried and did not say how far they came; of these what they took counts, and so the whole takes longer. */
  readonly silent: number;
}

const check = signature("estimateSweep", { missing: kind.listOf(kind.record), done: kind.listOf(kind.record) }, {
  ...coreKinds.longOptions,
  seconds: kind.positive,
} satisfies KindsOf<EstimateSweepOptions>);

/**
 * Estimates what the missing units take: from finished units of the same algorithm on the same task, and where there are none from one
 * unit that is begun and ended after a moment, by how far it came.
 *
 * @throws AutocircuitError `aborted`; as the task's loader does
 */
export async function estimateSweep(
  missing: readonly SweepUnit[],
  done: readonly SweepUnit[],
  results: SweepResults | undefined,
  options: EstimateSweepOptions = {},
): Promise<SweepEstimate> {
  check({ missing, done }, options);
  const { seconds = 10, signal, onProgress } = options;
  const classes = new Map<string, SweepUnit[]>();
  for (const unit of missing) {
    const alike = classes.get(settingOf(unit));
    if (alike) alike.push(unit);
    else classes.set(settingOf(unit), [unit]);
  }
  const before = await finished(done, classes, results);
  const unknown = [...classes].filter(([setting]) => !before.has(setting));
  const probes: Probe[] = [];
  let bytes = Math.max(0, ...[...before.values()].map((one) => one.bytes));
  await using subjects = new Subjects(results?.digests);
  for (const [place, [, units]] of unknown.entries()) {
    probes.push(await probe(units, subjects, seconds / unknown.length, signal));
    bytes = Math.max(bytes, (await memory()).peakMemoryBytes);
    onProgress?.({ done: place + 1, total: unknown.length });
  }
  const known = [...classes].map(([setting, { length }]) => (before.get(setting)?.seconds ?? 0) * length);
  return {
    seconds: [...known, ...probes.map((one) => wholeTime(one, probes))].reduce((sum, part) => sum + part, 0),
    bytes,
    known: classes.size - unknown.length,
    tried: unknown.length,
    silent: probes.filter(({ silent }) => silent).length,
  };
}

interface Probe {
  readonly task: string;
  readonly count: number;
  readonly discover: number;
  /** Undefined where the algorithm was not done in time. */
  readonly measure: number | undefined;
  readonly silent: boolean;
}

async function probe(
  units: readonly SweepUnit[],
  subjects: Subjects,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<Probe> {
  const [unit] = units as [SweepUnit];
  throwIfAborted(signal);
  const common = { task: unit.subject.task.key, count: units.length };
  const task = await subjects.of(unit.subject, signal);
  const time = AbortSignal.timeout(Math.ceil(1000 * seconds));
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const share = { discover: 0, measure: 0 };
  let discovered: number | undefined;
  try {
    const { discover, measure } = await runUnit(task, unit, {
      signal: signal ? AbortSignal.any([signal, time]) : time,
      onPart: (part, done) => {
        if (part === "measure") discovered ??= elapsed();
        share[part] = done;
      },
    });
    return { ...common, discover, measure, silent: false };
  } catch {
    throwIfAborted(signal);
    // A unit that cannot be done costs what it took until it said so.
    if (!time.aborted) return { ...common, discover: elapsed(), measure: 0, silent: false };
    if (discovered !== undefined) {
      const measure = (elapsed() - discovered) / Math.max(share.measure, 1e-3);
      return { ...common, discover: discovered, measure, silent: share.measure === 0 };
    }
    const far = share.discover > 0 ? elapsed() / share.discover : elapsed();
    return { ...common, discover: far, measure: undefined, silent: share.discover === 0 };
  }
}

/** Measuring costs on one task much the same whatever the algorithm. */
function wholeTime({ task, count, discover, measure }: Probe, all: readonly Probe[]): number {
  const alike = all.filter((one) => one.task === task && one.measure !== undefined).map((one) => one.measure!);
  const usual = alike.length === 0 ? 0 : alike.reduce((sum, one) => sum + one, 0) / alike.length;
  return count * (discover + (measure ?? usual));
}

/** Mean time and most memory of finished units, by setting. */
async function finished(
  done: readonly SweepUnit[],
  wanted: ReadonlyMap<string, unknown>,
  results: SweepResults | undefined,
): Promise<Map<string, { seconds: number; bytes: number; count: number }>> {
  const found = new Map<string, { seconds: number; bytes: number; count: number }>();
  for (const unit of done) {
    const setting = settingOf(unit);
    const times = wanted.has(setting) ? await results?.times(unit.hash) : undefined;
    if (times === undefined) continue;
    const { seconds, bytes, count } = found.get(setting) ?? { seconds: 0, bytes: 0, count: 0 };
    const mean = (seconds * count + times.seconds) / (count + 1);
    found.set(setting, { seconds: mean, bytes: Math.max(bytes, times.peakMemoryBytes), count: count + 1 });
  }
  return found;
}

function settingOf({ key, subject: { task } }: SweepUnit): string {
  return `${task.key}\0${key}`;
}
