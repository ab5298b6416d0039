import type { SweepUnit } from "../plan/unit.ts";
import type { UnitMib, UnitResult } from "../unit/run-unit.ts";
import type { SweepResults } from "./store.ts";
import type { UnitTimes } from "./unit-times.ts";

/** A unit with what it gave. */
export interface DoneUnit {
  readonly unit: SweepUnit;
  readonly result: UnitResult;
  readonly times: UnitTimes | undefined;
}

/** The units that are done, one after the other in the plan's order, so that memory does not grow with their number. */
export async function* doneUnits(units: readonly SweepUnit[], results: SweepResults): AsyncGenerator<DoneUnit> {
  for (const unit of units) {
    const result = await results.result(unit.hash);
    if (result !== undefined) yield { unit, result, times: await results.times(unit.hash) };
  }
}

/** A line of a table: null where there is nothing. */
export type Row = Readonly<Record<string, string | number | null>>;

/**
 * A row a unit: what it is, how well it did, what autoencoders cost its model (`prunedKl` and `replacedKl`, nats at a position), and what it cost
 * itself (seconds on the wall, bytes).
 */
export function unitRow({ unit, result, times }: DoneUnit): Row {
  const { truth, mib, subject, prunedLatents, replacedKl } = result;
  const measures = mib === null || "none" in mib ? undefined : (mib as UnitMib);
  return {
    ...namesOf(unit),
    edgeCount: subject.edgeCount,
    knownEdgeCount: subject.knownEdges?.length ?? null,
    auroc: truth?.auroc ?? null,
    averagePrecision: truth?.averagePrecision ?? null,
    cpr: measures?.signed.areas.linear.cpr ?? null,
    cmd: measures?.absolute.areas.linear.cmd ?? null,
    prunedKl: prunedLatents?.prunedKl ?? null,
    replacedKl,
    seconds: times?.seconds ?? null,
    discoverSeconds: times?.discover ?? null,
    measureSeconds: times?.measure ?? null,
    peakMemoryBytes: times?.peakMemoryBytes ?? null,
    host: times?.machine.host ?? null,
  };
}

/** A row for every circuit of a unit that was measured and every metric. */
export function measureRows({ unit, result }: DoneUnit): Row[] {
  return result.series.flatMap(({ ablation, patch, metric, points }) =>
    points.map(({ size, value, deviation }) => ({
      ...namesOf(unit),
      ...{ ablation, patch, metric, size, value, deviation: deviation ?? null },
    })),
  );
}

function namesOf({ hash, key, algorithm, subject: { task, seed } }: SweepUnit) {
  return { unit: hash, task: task.key, algorithm, key, seed };
}

/** Rows as lines of CSV (RFC 4180), the names of the columns first. */
export async function* csvLines(rows: AsyncIterable<Row> | Iterable<Row>): AsyncGenerator<string> {
  let columns: string[] | undefined;
  for await (const row of rows) {
    if (columns === undefined) {
      columns = Object.keys(row);
      yield `${columns.map(cell).join(",")}\n`;
    }
    yield `${columns.map((column) => cell(row[column] ?? null)).join(",")}\n`;
  }
}

function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
