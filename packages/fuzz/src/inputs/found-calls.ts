import { join } from "node:path";
import {
  circuitNamed,
  circuitsInGraph,
  discoveryFile,
  formatDiscoveryFile,
  ownPrompts,
  ownTask,
  promptsToPatch,
  readyTask,
  tracrTasks,
} from "@autocircuit/circuits";
import {
  activeLatents,
  circuitBySize,
  circuitsOfSizes,
  equalPairs,
  equalPairsProblem,
  firstPrompts,
  halvedWhereMemoryEnds,
  type LoadedTask,
  optionsFoundWith,
  type PruneScores,
  promptSlices,
  promptsInTokens,
  rankOfScores,
  requireDifferentPairs,
  requireWholePrompts,
  sameWeights,
  scoredEdges,
  splitPrompts,
  trailingSpaceNote,
} from "@autocircuit/core";
import {
  algorithmNamed,
  DiscoveryFiles,
  discoveryAsked,
  discoveryDifference,
  discoveryMemory,
  type FoundCircuit,
  type FoundSpanCircuit,
  findCircuit,
  findSpanCircuit,
  firstScores,
  fittingProblem,
  foundStability,
  loadedRun,
  measureFound,
  measureSpanCircuit,
  modelAccuracy,
  planOf,
  reportEdges,
  reportGraph,
  reportOf,
  requireAlgorithmOptions,
  requireCompatibleOptions,
  runShape,
  SpanCircuit,
  SpanScores,
  selectCircuit,
  spanReportOf,
  spansOf,
  stabilityPlan,
  tokenLabelsOf,
  varyingTokensOf,
} from "@autocircuit/discovery";
import { requireFittingMetrics } from "@autocircuit/metrics";
import type { PublicCall } from "./public-call.ts";
import { scratchFolder } from "./scratch.ts";

/** Valid calls of what finds a circuit, measures it and reports it. */
export function foundCalls(task: LoadedTask, scores: PruneScores): Readonly<Record<string, PublicCall>> {
  const found: FoundCircuit = {
    ...{ circuit: scores.circuit(3), selected: scores.circuit(3), dangling: 0, scores, rankings: [scores] },
    ...{ algorithm: "random", options: {}, ablation: "resample", seed: 0, seconds: 1, notes: [] },
  };
  const folder = join(scratchFolder(), "found");
  const foundOver: FoundSpanCircuit = {
    circuit: new SpanCircuit(scores.graph, ["all"], [[0, "all"]]),
    scores: new SpanScores(scores.graph, ["all"], scores.values, scores.info),
    ...{ algorithm: "eap-ig-inputs", options: {}, aggregation: "sum", ablation: "resample", seconds: 1, notes: [] },
    divergence: { metric: "KL", circuit: 0, promptCount: 1 },
  };
  const spans = spansOf({ all: [0, null] }, (task.test.promptCount > 0 ? task.test : task.train).prompts);
  return {
    findCircuit: {
      takes: { task },
      options: { algorithm: "edge-attribution" },
      call: (t, o) => findCircuit(t.task, o),
    },
    discoveryAsked: { takes: { task }, call: (t, o) => discoveryAsked(t.task, o) },
    discoveryDifference: { takes: { before: {}, now: {} }, call: (t) => discoveryDifference(t.before, t.now) },
    DiscoveryFiles: { takes: { folder }, call: async (t, o) => new DiscoveryFiles(t.folder, o) },
    "DiscoveryFiles.read": {
      takes: { graph: scores.graph, asked: {} },
      call: (t) => new DiscoveryFiles(folder).read(t.graph, t.asked),
    },
    "DiscoveryFiles.save": {
      takes: { soFar: { asked: {}, rankings: [{ algorithm: "random", scores, seconds: 1 }] } },
      call: async (t) => new DiscoveryFiles(folder).save(t.soFar),
    },
    "DiscoveryFiles.remove": {
      takes: { except: ["x"] },
      call: async (t) => new DiscoveryFiles(folder).remove(t.except),
    },
    discoveryMemory: { takes: { task }, call: (t, o) => discoveryMemory(t.task, o) },
    loadedRun: {
      takes: { task, shape: () => ({ circuitCount: 1, sliced: true, adjustable: false, held: 0 }) },
      call: (t, o) => loadedRun(t.task, t.shape, o),
    },
    firstScores: { takes: { task }, call: (t, o) => firstScores(t.task, o) },
    measureFound: { takes: { task, found }, call: (t, o) => measureFound(t.task, t.found, o) },
    modelAccuracy: { takes: { task }, call: (t, o) => modelAccuracy(t.task, o) },
    selectCircuit: { takes: { scores, size: 3 }, call: (t, o) => selectCircuit(t.scores, t.size, o) },
    firstPrompts: { takes: { prompts: task.test, most: 1 }, call: (t) => firstPrompts(t.prompts, t.most) },
    stabilityPlan: { takes: { task }, options: {}, call: (t, o) => stabilityPlan(t.task, o) },
    foundStability: {
      takes: { task, found, plan: { rows: Array(task.train.promptCount).fill(scores.values), resamples: 100 } },
      call: (t, o) => foundStability(t.task, t.found, t.plan, o),
    },
    ownTask: {
      takes: { model: "./no-such-folder", prompts: "no-such.json" },
      call: (t, o) => ownTask(t.model, t.prompts, o),
    },
    ownPrompts: { takes: { prompts: "no-such.json" }, call: (t, o) => ownPrompts(t.prompts, o) },
    promptsToPatch: { takes: { prompts: "no-such.json" }, call: (t, o) => promptsToPatch(t.prompts, o) },
    promptsInTokens: { takes: { input: "no-such.json" }, call: (t, o) => promptsInTokens(t.input, o) },
    requireWholePrompts: {
      takes: { who: "it", prompts: task.train },
      call: async (t) => requireWholePrompts(t.who, t.prompts),
    },
    splitPrompts: { takes: { count: 9 }, call: (t, o) => splitPrompts(t.count, o) },
    readyTask: { takes: { nameOrKey: "tracr-reverse" }, call: (t) => readyTask(t.nameOrKey) },
    circuitNamed: { takes: { task: tracrTasks["tracr-reverse"] }, call: (t, o) => circuitNamed(t.task, o) },
    circuitsInGraph: {
      takes: { task: tracrTasks["tracr-reverse"], loaded: { ...task, knownEdges: null } },
      call: (t, o) => circuitsInGraph(t.task, t.loaded, o),
    },
    planOf: { takes: { task }, call: (t, o) => planOf(t.task, o) },
    runShape: { takes: { task, batch: { size: 2, seqLen: 3 } }, call: (t, o) => runShape(t.task, o, t.batch) },
    requireCompatibleOptions: { takes: {}, options: {}, call: async (_, o) => requireCompatibleOptions(o) },
    halvedWhereMemoryEnds: {
      takes: { together: { count: () => 1, lower: () => {}, what: "prompts", option: "none" }, work: async () => 0 },
      call: (t) => halvedWhereMemoryEnds(t.together, t.work),
    },
    promptSlices: { takes: { prompts: task.train, most: () => 2 }, call: (t) => promptSlices(t.prompts, t.most) },
    circuitsOfSizes: {
      takes: { scores, sizes: [1], rank: "signed" },
      call: (t) => circuitsOfSizes(t.scores, t.sizes, t.rank),
    },
    requireFittingMetrics: {
      takes: { model: task.model, names: ["kl-clean"], what: "it" },
      call: (t) => requireFittingMetrics(t.model, t.names, t.what),
    },
    findSpanCircuit: {
      takes: { task, schema: { all: [0, null] }, size: 1 },
      call: (t, o) => findSpanCircuit(t.task, t.schema, t.size, o),
    },
    measureSpanCircuit: {
      takes: { task, spans, circuit: new SpanCircuit(scores.graph, ["all"], [[0, "all"]]) },
      call: (t, o) => measureSpanCircuit(t.task, t.spans, t.circuit, o),
    },
    circuitBySize: {
      takes: { scores, rank: "signed" },
      call: (t) => circuitBySize(t.scores, t.rank)(1),
    },
    algorithmNamed: { takes: { name: "eap" }, call: (t) => algorithmNamed(t.name) },
    requireAlgorithmOptions: {
      takes: { algorithm: "acdc", options: { taus: [0.1] }, where: "here" },
      call: (t) => requireAlgorithmOptions(t.algorithm, t.options, t.where),
    },
    fittingProblem: {
      takes: { asked: { algorithm: "acdc", options: {} }, task, words: { subject: "it", give: String, another: "" } },
      call: (t) => fittingProblem(t.asked, t.task, t.words),
    },
    sameWeights: { takes: { one: "v2:1", other: null }, call: (t) => sameWeights(t.one, t.other) },
    rankOfScores: { takes: { scores }, call: (t) => rankOfScores(t.scores) },
    equalPairs: { takes: { pairs: task.train.prompts }, call: (t, o) => equalPairs(t.pairs, o) },
    equalPairsProblem: { takes: { pairs: task.train.prompts }, call: (t, o) => equalPairsProblem(t.pairs, o) },
    trailingSpaceNote: {
      takes: { pairs: task.train.prompts, tokenizer: task.model.tokenizer },
      call: (t) => trailingSpaceNote(t.pairs, t.tokenizer),
    },
    requireDifferentPairs: {
      takes: { pairs: task.train.prompts },
      call: (t, o) => requireDifferentPairs(t.pairs, o),
    },
    activeLatents: {
      takes: { model: task.model, prompts: task.train },
      call: (t, o) => activeLatents(t.model, t.prompts, o),
    },
    scoredEdges: { takes: { circuit: scores.circuit(3), scores }, call: (t) => scoredEdges(t.circuit, t.scores) },
    optionsFoundWith: { takes: { found }, call: (t) => optionsFoundWith(t.found) },
    discoveryFile: { takes: { task: "mine", found }, call: (t) => discoveryFile(t.task, t.found) },
    formatDiscoveryFile: { takes: { task: "mine", found }, call: (t) => formatDiscoveryFile(t.task, t.found) },
    reportEdges: { takes: { found, stability: null }, call: async (t) => reportEdges(t.found, t.stability) },
    reportGraph: { takes: { graph: scores.graph, labels: {} }, call: (t) => reportGraph(t.graph, t.labels) },
    tokenLabelsOf: { takes: { task }, call: (t) => tokenLabelsOf(t.task) },
    varyingTokensOf: { takes: { task }, call: (t) => varyingTokensOf(t.task) },
    reportOf: { takes: { task, found }, call: (t, o) => reportOf(t.task, t.found, o) },
    spanReportOf: { takes: { task, found: foundOver }, call: (t, o) => spanReportOf(t.task, t.found, o) },
  };
}
