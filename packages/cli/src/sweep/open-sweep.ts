import { join } from "node:path";
import { expandPlan, FileDigests, type ReadPlan, readPlan, SweepResults, type SweepUnit } from "@autocircuit/sweep";

/** Options of every command about a sweep, as commander gives them. */
export interface SweepCommandOptions {
  out?: string;
  maxUnits?: number;
}

/** A plan with its units. */
export interface ReadSweep {
  readonly read: ReadPlan;
  /** Folder of the results. */
  readonly out: string;
  readonly units: SweepUnit[];
  /** What was learnt of files, to be kept in that folder. */
  readonly digests: FileDigests;
}

/** A plan with its units and their results. */
export interface OpenSweep extends ReadSweep {
  readonly results: SweepResults;
}

/** Reads a plan and looks all its names up. */
export async function readSweep(
  plan: string,
  { out, maxUnits }: SweepCommandOptions,
  signal: AbortSignal,
): Promise<ReadSweep> {
  const read = await readPlan(plan);
  const folder = out ?? join("sweep-results", read.name);
  const digests = new FileDigests(join(folder, "digests.json"));
  return { read, out: folder, units: await expandPlan(read, { signal, maxUnits, digests }), digests };
}

/** The same with the folder of results, which is made if need be. */
export async function openSweep(plan: string, options: SweepCommandOptions, signal: AbortSignal): Promise<OpenSweep> {
  const sweep = await readSweep(plan, options, signal);
  const results = await SweepResults.open(sweep.out);
  // Only now there is a place for it, from which the workers take it.
  await sweep.digests.save();
  return { ...sweep, results };
}

/** The same with results that must be there. */
export async function openResults(plan: string, options: SweepCommandOptions, signal: AbortSignal): Promise<OpenSweep> {
  const sweep = await readSweep(plan, options, signal);
  return { ...sweep, results: await SweepResults.openExisting(sweep.out) };
}
