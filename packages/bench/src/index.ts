export { type EngineSuiteOptions, runEngineSuite } from "./engine/run-suite.ts";
export { FULL, type ModelSpec, QUICK, type SuiteSpec } from "./engine/specs.ts";
export {
  formatLoadReport,
  type LoadReport,
  type LoadResult,
  type LoadSuiteOptions,
  type LoadVariant,
  runLoadSuite,
} from "./load/run-load-suite.ts";
export type { Machine } from "./machine.ts";
export { type BenchReport, type BenchResult, type Computing, formatReport } from "./result.ts";
