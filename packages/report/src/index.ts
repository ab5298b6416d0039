export { type CircuitSvgOptions, circuitSvg } from "./circuit-svg.ts";
export { type CircuitTextOptions, circuitText } from "./circuit-text.ts";
export { type ComparedEdge, compareWithOfficial, type EdgeStatus, type OfficialComparison } from "./compare.ts";
export type { CompletenessPoint } from "./completeness-point.ts";
export { type CompletenessSvgOptions, completenessSvg } from "./completeness-svg.ts";
export { type CurveSvgOptions, curveSvg } from "./curve-svg.ts";
export { reportHtml } from "./report-html.ts";
export type {
  AblationRow,
  Cell,
  CircuitReport,
  Curve,
  CurvePoint,
  CurveScale,
  Faithfulness,
  FaithfulnessRow,
  KeptShare,
  ModelAccuracy,
  OfficialCircuit,
  ReportEdge,
  ReportGraph,
  ReportNode,
  ReportStability,
  ReportTest,
  ScoredEdge,
} from "./types.ts";
export { verdict } from "./verdict.ts";
export { type WrittenReport, writeReport } from "./write-report.ts";
