import { AutocircuitError, counted, formatNumber, oneLineJson } from "@autocircuit/base";
import { writeFigures } from "@autocircuit/report";
import {
  compareSweep,
  csvLines,
  type DoneUnit,
  doneUnits,
  measureRows,
  parquetPieces,
  type Row,
  StateReader,
  unitRow,
} from "@autocircuit/sweep";
import type { Context } from "../context.ts";
import { table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { requireWritable, writePieces } from "../support/write-file.ts";
import { latentNotes } from "./latent-notes.ts";
import { type OpenSweep, openResults, type SweepCommandOptions } from "./open-sweep.ts";
import { unitCommand } from "./unit-command.ts";

/** Options of `sweep results`. */
export interface ResultsCommandOptions extends SweepCommandOptions {
  csv?: string;
  unitsCsv?: string;
  parquet?: string;
  unitsParquet?: string;
  json?: string;
  html?: string;
  similarAt?: number[];
}

/** Writes what a sweep gave, and prints a row for each task and algorithm. */
export async function sweepResults(plan: string, options: ResultsCommandOptions, context: Context): Promise<void> {
  const { signal, print } = context;
  const { csv, unitsCsv, parquet, unitsParquet, json, html, similarAt } = options;
  for (const file of [csv, unitsCsv, parquet, unitsParquet, json]) requireWritable(file);
  if (similarAt !== undefined && html === undefined)
    throw new UsageError("--similar-at is for the page of --html: give that too.");
  const open = await openResults(plan, options, signal);
  const state = await new StateReader(open.results, open.units).look();
  const { done, units, missing, failed } = state;
  if (done === 0)
    throw new AutocircuitError("bad-input", `No unit is done in ${open.out}. Run it: autocircuit sweep run ${plan}`);
  const rows: Row[] = [];
  for await (const row of unitRows(open)) rows.push(row);
  print(unitsText(rows));
  for (const note of latentNotes(rows)) print(note);
  if (done < units)
    print(
      `of ${counted(units, "unit")} ${done} are done, ${missing} missing and ${failed} failed: these are the results of those done`,
    );
  const written: string[] = [];
  const write = async (path: string | undefined, pieces: () => AsyncIterable<string | Uint8Array>) => {
    if (path === undefined) return;
    await writePieces(path, pieces());
    written.push(path);
  };
  await write(csv, () => csvLines(circuitRows(open)));
  await write(unitsCsv, () => csvLines(unitRows(open)));
  await write(parquet, () => parquetPieces(circuitRows(open)));
  await write(unitsParquet, () => parquetPieces(unitRows(open)));
  await write(json, () => jsonLines(open));
  if (html !== undefined) {
    const all: DoneUnit[] = [];
    for await (const one of doneUnits(open.units, open.results)) all.push(one);
    const command = unitCommand(plan, open.out);
    written.push(await writeFigures(html, await compareSweep(all, { name: open.read.name, command, similarAt })));
  }
  if (written.length > 0) print(`wrote ${written.join(", ")}`);
}

async function* unitRows({ units, results }: OpenSweep): AsyncGenerator<Row> {
  for await (const done of doneUnits(units, results)) yield unitRow(done);
}

async function* circuitRows({ units, results }: OpenSweep): AsyncGenerator<Row> {
  for await (const done of doneUnits(units, results)) yield* measureRows(done);
}

/** One unit a line, so that memory does not grow with their number. */
async function* jsonLines({ read, units, results }: OpenSweep): AsyncGenerator<string> {
  yield `{"name": ${JSON.stringify(read.name)}, "units": [`;
  let before = "";
  for await (const { unit, result, times } of doneUnits(units, results)) {
    const { hash, index, key, algorithm, options, subject } = unit;
    const { scores: _, ...kept } = result;
    const named = { unit: hash, index, task: subject.task.key, algorithm, key, options };
    yield `${before}\n${oneLineJson({ ...named, seed: subject.seed, ...kept, times })}`;
    before = ",";
  }
  yield "\n]}\n";
}

function unitsText(rows: readonly Row[]): string {
  const names = new Map(rows.map(({ task, key }) => [JSON.stringify([task, key]), { task, key }]));
  const columns = ["auroc", "averagePrecision", "cpr", "cmd", "discoverSeconds"] as const;
  return table(
    ["task", "algorithm", "seeds", "AUROC", "average precision", "CPR", "CMD", "seconds"],
    [...names.values()].map(({ task, key }) => {
      const own = rows.filter((row) => row.task === task && row.key === key);
      const means = columns.map((column) => {
        const values = own.map((row) => row[column]).filter((value): value is number => Number.isFinite(value));
        return values.length === 0 ? "" : formatNumber(values.reduce((sum, value) => sum + value, 0) / values.length);
      });
      return [task!, key!, own.length, ...means];
    }),
  );
}
