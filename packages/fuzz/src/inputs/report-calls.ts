import type { Graph } from "@autocircuit/core";
import {
  areaPlotSvg,
  circuitSvg,
  circuitText,
  compareWithKnown,
  completenessSvg,
  costPlotSvg,
  curveSvg,
  metricPlotSvg,
  pngOfSvg,
  rocPlotSvg,
  similarityPlotSvg,
  trainingPlotSvg,
  writeFigures,
  writeReport,
} from "@autocircuit/report";
import type { PublicCall } from "./public-call.ts";

const dir = "no-such-folder/no-such-file";
const curve = { metric: "m", unit: "", points: [{ size: 0, value: 1, series: "s" }] };

/** A valid call of every function of the report package that has a signature. */
export function reportCalls(graph: Graph): Readonly<Record<string, PublicCall>> {
  const report = {
    ...{
      title: "t",
      task: "t",
      algorithm: "a",
      options: {},
      circuit: [],
      notes: [],
      seconds: 1,
      peakMemoryBytes: 1,
      versions: {},
    },
    graph: {
      layers: 2,
      heads: 2,
      attnOnly: false,
      parallel: false,
      nodes: graph,
      edgeCount: graph.edgeCount,
      seqLen: null,
    },
  };
  return {
    circuitSvg: { takes: { report }, call: (t, o) => circuitSvg(t.report, o) },
    circuitText: { takes: { report }, call: (t, o) => circuitText(t.report, o) },
    compareWithKnown: { takes: { report }, call: (t) => compareWithKnown(t.report) },
    completenessSvg: {
      takes: { points: [{ task: "t", algorithm: "a", size: 1, knockouts: 0, kl: 1, knockoutKl: 1 }] },
      call: (t, o) => completenessSvg(t.points, o),
    },
    curveSvg: { takes: { curve }, call: (t, o) => curveSvg(t.curve, o) },
    metricPlotSvg: {
      takes: { series: [{ task: "t", algorithm: "a", points: [{ size: 1, value: 1 }] }] },
      options: { metric: "m" },
      call: (t, o) => metricPlotSvg(t.series, o),
    },
    rocPlotSvg: {
      takes: { series: [{ task: "t", algorithm: "a", points: [{ falsePositiveRate: 0, truePositiveRate: 1 }] }] },
      call: (t, o) => rocPlotSvg(t.series, o),
    },
    areaPlotSvg: {
      takes: { bars: [{ algorithm: "a", parts: [{ task: "t", value: 1 }], total: 1 }] },
      call: (t, o) => areaPlotSvg(t.bars, o),
    },
    costPlotSvg: {
      takes: { points: [{ task: "t", algorithm: "a", cost: 1, quality: 1 }] },
      options: { cost: "seconds", quality: "area" },
      call: (t, o) => costPlotSvg(t.points, o),
    },
    similarityPlotSvg: {
      takes: { panels: [{ task: "t", size: 1, algorithms: ["a"], overlap: [[1]] }] },
      call: (t, o) => similarityPlotSvg(t.panels, o),
    },
    trainingPlotSvg: {
      takes: { history: { loss: [1], target: [1], size: [0] } },
      call: (t, o) => trainingPlotSvg(t.history, o),
    },
    pngOfSvg: { takes: { svg: "<svg/>" }, call: (t, o) => pngOfSvg(t.svg, o) },
    writeFigures: { takes: { dir, page: { title: "t", figures: [] } }, call: (t) => writeFigures(t.dir, t.page) },
    writeReport: { takes: { dir, report }, call: (t) => writeReport(t.dir, t.report) },
  };
}
