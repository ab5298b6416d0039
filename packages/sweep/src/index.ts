export { type CompareSweepOptions, compareSweep } from "./compare/compare-sweep.ts";
export { type EstimateSweepOptions, estimateSweep, type SweepEstimate } from "./plan/estimate-sweep.ts";
export { type ExpandPlanOptions, expandPlan, unitText } from "./plan/expand-plan.ts";
export { FileDigests } from "./plan/file-digests.ts";
export { fixedPlan } from "./plan/fixed-plan.ts";
export type { SweepAlgorithm, SweepMeasure, SweepPlan, SweepTask } from "./plan/plan.ts";
export { givenPlan, type ReadPlan, readPlan } from "./plan/read-plan.ts";
export type { TaskEntry } from "./plan/task-entries.ts";
export { RESULT_VERSION, type SweepUnit, type UnitSubject } from "./plan/unit.ts";
export { queueName } from "./queue/queue-name.ts";
export { type QueueAddress, type RunQueueOptions, runQueue } from "./queue/run-queue.ts";
export { SweepQueue } from "./queue/sweep-queue.ts";
export { workQueue } from "./queue/work-queue.ts";
export type { WorkQueueOptions } from "./queue/work-queue-options.ts";
export { parquetPieces } from "./results/parquet.ts";
export { csvLines, type DoneUnit, doneUnits, measureRows, type Row, unitRow } from "./results/result-rows.ts";
export { scoresOf } from "./results/scores-of.ts";
export { SweepResults } from "./results/store.ts";
export { StateReader, type SweepState, type TaskState } from "./results/sweep-state.ts";
export { CannotKeepError, type UnitError } from "./results/unit-error.ts";
export type { UnitMachine, UnitTimes } from "./results/unit-times.ts";
export { type RunLocallyOptions, runLocally, type SweepStep } from "./run/run-locally.ts";
export { type ArrayScriptOptions, arrayScript, jobName, ranges } from "./slurm/array-script.ts";
export { type DoUnitOptions, doUnit, type UnitOutcome } from "./unit/do-unit.ts";
export {
  type RunUnitOptions,
  runUnit,
  type TimedResult,
  type UnitMib,
  type UnitPart,
  type UnitResult,
  type UnitSeries,
} from "./unit/run-unit.ts";
export { Subjects } from "./unit/subjects.ts";
