export { formatAttributionReport } from "./attribution/attribution-report.ts";
export {
  type AttributionCost,
  type AttributionReport,
  type AttributionRunOptions,
  runAttribution,
} from "./attribution/run-attribution.ts";
export { type EngineSuiteOptions, runEngineSuite } from "./engine/run-suite.ts";
export { FULL, type ModelSpec, QUICK, type SuiteSpec } from "./engine/specs.ts";
export { formatGrowthReport, type GrowthReport, steepSteps } from "./growth/growth-report.ts";
export { type GrowthOptions, runGrowth } from "./growth/run-growth.ts";
export {
  formatLoadReport,
  type LoadReport,
  type LoadResult,
  type LoadSuiteOptions,
  type LoadVariant,
  runLoadSuite,
} from "./load/run-load-suite.ts";
export type { MeasuredMachine } from "./machine.ts";
export { fullComparisons, modelComparisons, type PeerComparison, quickComparisons } from "./peers/comparisons.ts";
export { formatPeersReport, type PeersReport } from "./peers/peers-report.ts";
export { type PeersOptions, runPeers } from "./peers/run-peers.ts";
export type { Processor } from "./processor.ts";
export { type BenchReport, type BenchResult, type Computing, formatReport } from "./result.ts";
