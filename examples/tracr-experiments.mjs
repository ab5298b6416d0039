// Which algorithms find the circuits of two compiled transformers, whose circuits are known? The experiments of AutoCircuit's
// `tracr-experiments`: ACDC, subnetwork probing and mask gradients on tracr-reverse and tracr-xproportion, by token, once for edges and once
// for nodes (whose scores become scores of edges), each beside both published circuits.
//
//   npm run example -- tracr-experiments [FOLDER]
//
// FOLDER (tracr-experiments by default) gets all scores and what was measured, pictures, and a page of them. The same command goes on from
// what is there. A minute and a half of one core.
import { tracrTasks } from "@autocircuit/circuits";
import { LoadedTask, loadPrompts } from "@autocircuit/core";
import {
  acdc,
  edgeScoresOfNodes,
  maskGradient,
  measureAll,
  runAlgorithms,
  subnetworkProbing,
} from "@autocircuit/discovery";
import { areaSummary, metricAxes, rocCurve, similarityMatrices } from "@autocircuit/metrics";
import {
  areaPlotSvg,
  metricPlotSvg,
  rocPlotSvg,
  similarityPlotSvg,
  trainingPlotSvg,
  writeFigures,
} from "@autocircuit/report";

const [folder = "tracr-experiments", ...others] = process.argv.slice(2);
if (others.length > 0 || folder.startsWith("-")) {
  console.error("Usage: npm run example -- tracr-experiments [FOLDER]");
  process.exit(2);
}

/** What is compared on each: distributions, or numbers. The metric is that of the pictures. */
const TASKS = {
  "tracr-reverse": { target: "kl-div", answerFunction: "avg-diff", metric: "kl-clean" },
  "tracr-xproportion": {
    target: "mean-squared-error",
    answerFunction: "mean-squared-error",
    metric: "mean-squared-error",
  },
};
/** Prompt pairs to find edges with. Others, as many as there are up to this, measure the circuits. */
const PROMPTS = 200;
/** 1e-25 to 9e-2, as they are written: powers of ten are rounded otherwise. */
const TAUS = [1, 3, 5, 7, 9].flatMap((base) => Array.from({ length: 24 }, (_, i) => Number(`${base}e${i - 25}`)));

const ALGORITHMS = {
  ACDC: (model, prompts, { target }, long) => acdc(model, prompts, { taus: TAUS, target, ...long }),
  "Subnetwork Probing": (model, prompts, { target }, long) =>
    subnetworkProbing(model, prompts, {
      epochs: 500,
      lambda: 1e-3,
      maskFunction: "hard-concrete",
      patch: "edge",
      target,
      ...long,
    }),
  "Mask Gradient": (model, prompts, { answerFunction }, long) =>
    maskGradient(model, prompts, { maskValue: 0, answerFunction, ...long }),
};

/** A task with 200 prompts in one batch, which is what ACDC looks at. */
async function load(name) {
  const ready = tracrTasks[name];
  const loaded = await ready.load({ byToken: true });
  const { prompts } = ready.prompts();
  const sizes = { train: PROMPTS, test: Math.min(PROMPTS, prompts.length - PROMPTS) };
  const { train, test } = await loadPrompts(
    { prompts },
    { size: sizes, batchSize: sizes, answers: loaded.options.answers },
  );
  const { options, model, knownEdges } = loaded;
  return new LoadedTask(options, { model, train, test, knownEdges, sharedPrefix: null }, () => {
    for (const owned of [train, test]) owned[Symbol.dispose]();
    loaded[Symbol.asyncDispose]();
  });
}

/** Every algorithm on edges, and on the nodes of the unfactorised graph. */
const algorithms = Object.entries(ALGORITHMS).flatMap(([name, discover]) => [
  {
    ...{ key: `${name}, edges`, short: name, options: { grain: "edges" } },
    discover: ({ key, model, train }, long) => discover(model, train, TASKS[key], long),
  },
  {
    ...{ key: `${name}, nodes`, short: name, options: { grain: "nodes" } },
    discover: async ({ key, model, train }, long) =>
      edgeScoresOfNodes(await discover(model.withGraph({ factorized: false }), train, TASKS[key], long), model.graph),
  },
]);

const tasks = Object.keys(TASKS).map((name) => () => load(name));
const done = ({ task, algorithm, ablation, seconds, kept }) =>
  console.log(
    `  ${task}: ${algorithm}${ablation ? ", measured" : ""}, ${kept ? "there already" : `${seconds.toFixed(1)} s`}`,
  );
console.log("running");
const found = await runAlgorithms(tasks, algorithms, { folder, onStep: done });
console.log("measuring");
let results = found;
for (const [place, { metric }] of Object.values(TASKS).entries())
  results = await measureAll([tasks[place]], results, { metrics: [metric], folder, onStep: done });

// How the scores rank the edges of each published circuit.
const curves = [];
const table = {};
for (const key of Object.keys(TASKS)) {
  const task = await load(key);
  const { circuits } = tracrTasks[key];
  for (const circuit of Object.keys(circuits).filter((name) => name !== "compiler")) {
    const edges = circuits[circuit].edges(task.model);
    for (const { key: algorithm, short, options } of results.algorithms) {
      const { points, auroc } = rocCurve(results.scoresOf(key, algorithm), edges);
      const panel = `${key.replace("tracr-", "")}, ${circuit}, ${options.grain}`;
      curves.push({ task: panel, algorithm: short, points });
      table[algorithm] = {
        ...table[algorithm],
        [`${key.replace("tracr-", "")}, ${circuit}`]: Number(auroc.toFixed(3)),
      };
    }
  }
  await task[Symbol.asyncDispose]();
}
console.log("area under the ROC");
console.table(table);

const figures = [
  {
    ...{ name: "roc", title: "Ranking beside the published circuits" },
    caption:
      "By token, prompts resampled. The circuits named acdc are those of zero ablation: what steers the heads is the same in every prompt, so that resampling cannot see it.",
    svg: await rocPlotSvg(curves, { columns: 4, panel: 200 }),
  },
];
for (const [key, { metric }] of Object.entries(TASKS)) {
  const { title, log, least } = metricAxes[metric];
  const series = results.series.filter((one) => one.task === key && one.metric === metric);
  figures.push({
    ...{ name: key, title: `${key}: ${title}` },
    caption: "Everything outside the circuit resampled, on prompts that were not used to find it.",
    svg: await metricPlotSvg(series, { metric: title, log, ...(log && { least: Math.min(least, 1e-6) }), width: 560 }),
  });
}
const areas = Object.entries(TASKS).flatMap(([key, { metric }]) =>
  areaSummary({ [key]: results.curves(metric)[key] }, { metric }),
);
const bars = results.algorithms.map(({ key }) => {
  const ofBoth = areas.filter(({ algorithm }) => algorithm === key).flatMap(({ parts }) => parts);
  const parts = ofBoth.map(({ task, value }) => ({ task, value: value / ofBoth.length }));
  return { algorithm: key, parts, total: parts.reduce((sum, { value }) => sum + value, 0) };
});
figures.push({
  ...{ name: "areas", title: "How soon circuits do what the model does" },
  caption:
    "Mean height of the curves above between the empty circuit (0) and the whole graph (1), over the logarithm of the size.",
  svg: await areaPlotSvg(bars, { axis: "Mean height, over both tasks" }),
});
// Scores of nodes tie, so circuits are larger than was asked for: what both have is compared with what either has.
const panels = similarityMatrices(results.scoresByTask(), { knownEdgeCounts: results.knownEdgeCounts() });
figures.push({
  ...{ name: "similarity", title: "Edges that circuits share" },
  caption: "Circuits of that size, larger where scores tie.",
  svg: await similarityPlotSvg(
    panels.map((panel) => ({ ...panel, overlap: panel.jaccard })),
    { cell: 40, legend: "edges in both, % of those in either" },
  ),
});
for (const { task, algorithm, history } of results.scored) {
  if (!history || !algorithm.endsWith("edges")) continue;
  const svg = await trainingPlotSvg(history, { target: TASKS[task].target });
  figures.push({ name: `training-${task}`, title: `${task}: training of ${algorithm}`, svg });
}
const page = await writeFigures(folder, {
  title: "Circuits of compiled transformers, found and published",
  lead: `ACDC (${TAUS.length} thresholds), subnetwork probing (500 epochs, λ 0.001) and mask gradients on ${PROMPTS} prompts.`,
  figures,
});
console.log(`wrote ${page}`);
