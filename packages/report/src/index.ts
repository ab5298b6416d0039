export { type CircuitSvgOptions, circuitSvg } from "./circuit-svg.ts";
export { type CircuitTextOptions, circuitText } from "./circuit-text.ts";
export {
  type ComparedEdge,
  type ComparedStatus,
  compareWithKnown,
  type EdgeStatus,
  type KnownComparison,
} from "./compare.ts";
export type { CompletenessPoint } from "./completeness-point.ts";
export { type CompletenessSvgOptions, completenessSvg } from "./completeness-svg.ts";
export { type CurveSvgOptions, curveSvg } from "./curve-svg.ts";
export { type AreaBar, type AreaPlotOptions, areaPlotSvg } from "./plots/area-plot.ts";
export { type CostPlotOptions, type CostPoint, costPlotSvg } from "./plots/cost-plot.ts";
export { type MetricPlotOptions, metricPlotSvg } from "./plots/metric-plot.ts";
export type { MetricPoint, MetricSeries } from "./plots/metric-series.ts";
export type { PanelOptions, PanelSize } from "./plots/panel-size.ts";
export { type RocPlotOptions, rocPlotSvg } from "./plots/roc-plot.ts";
export type { RocSeries } from "./plots/roc-series.ts";
export { type SimilarityPanel, type SimilarityPlotOptions, similarityPlotSvg } from "./plots/similarity-plot.ts";
export type { TrainingCurves } from "./plots/training-curves.ts";
export { type TrainingPlotOptions, trainingPlotSvg } from "./plots/training-plot.ts";
export { type PngOptions, pngOfSvg } from "./png.ts";
export { reportHtml } from "./report-html.ts";
export type {
  AblationRow,
  Cell,
  CircuitReport,
  ComparedCircuit,
  Curve,
  CurvePoint,
  CurveScale,
  Divergence,
  DivergenceRow,
  FaithfulShare,
  KeptShare,
  ModelAccuracy,
  ReportEdge,
  ReportGraph,
  ReportNode,
  ReportScoredEdge,
  ReportStability,
  ReportTest,
} from "./types.ts";
export { verdict } from "./verdict.ts";
export { type Figure, type FiguresPage, type FiguresTable, writeFigures } from "./write-figures.ts";
export { type WrittenReport, writeReport } from "./write-report.ts";
