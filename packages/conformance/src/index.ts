export type { CaseFolder, CaseKind } from "./find-cases.ts";
export { findCases } from "./find-cases.ts";
export { narrowBound } from "./number-types.ts";
export type { Check, Uncompared } from "./recorder.ts";
export { type ConformanceOptions, type ConformanceResult, runConformance } from "./run-conformance.ts";
