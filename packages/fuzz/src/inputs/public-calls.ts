import {
  greaterthanPrompts,
  ioiEdges,
  ioiPrompts,
  programPrompts,
  readCircuitFile,
  readEapIgCircuit,
  savedCircuitOf,
  sequencePairs,
  tracrReverse,
  tracrReverseEdges,
  tracrTasks,
} from "@autocircuit/circuits";
import {
  Circuit,
  circuitSizes,
  defaultCircuitSizes,
  defineTask,
  fittingPrompts,
  LoadedTask,
  loadPrompts,
  PatchableModel,
  type PatchPlan,
  PromptLoader,
  PruneScores,
  patchPlan,
  patchPrompts,
  runCircuits,
  sharePrefix,
  sortedMagnitudes,
  Tokens,
  unclearGroups,
  withGraphOf,
} from "@autocircuit/core";
import {
  answerLoss,
  circuitProbing,
  constrainedProbing,
  ExperimentResults,
  edgeScoresOfNodes,
  fewestEdges,
  groundTruth,
  measureAll,
  pruneCircuit,
  runAlgorithms,
  trainKnockouts,
} from "@autocircuit/discovery";
import {
  areaSummary,
  areaUnderCurve,
  argmaxAgreement,
  CircuitMeter,
  compareCircuits,
  compareEdgeSets,
  FullModel,
  klDivergence,
  logitDiff,
  logitDiffPercent,
  logprobDiffPercent,
  measureCircuits,
  measureCurve,
  mibScores,
  mibSizes,
  normalizedArea,
  nothingToLose,
  precisionRecall,
  probDiffPercent,
  rankEdges,
  rankSimilarity,
  rocAtSizes,
  rocCurve,
  rocOfValues,
  sameUnderKnockouts,
  scoreOverlap,
  similarityMatrices,
  tTest,
  usualMetrics,
} from "@autocircuit/metrics";
import {
  continueTokens,
  describeModel,
  estimateMemory,
  freeBeside,
  logitLens,
  logitTable,
  memoryDemand,
  modelFromWeights,
  parameterCount,
  requireLoadable,
  transformerFromWeights,
} from "@autocircuit/models";
import { Ablation, grad, openDevice, Tensor, Transformer } from "@autocircuit/native";
import { compileLibraryProgram } from "@autocircuit/tracr";
import { algorithmCalls } from "./algorithm-calls.ts";
import { autoencoderCalls } from "./autoencoder-calls.ts";
import { exchangeCalls } from "./exchange-calls.ts";
import { foundCalls } from "./found-calls.ts";
import { graphCalls } from "./graph-calls.ts";
import { latentCalls } from "./latent-calls.ts";
import { loadingCalls } from "./loading-calls.ts";
import { methodCalls } from "./method-calls.ts";
import type { PublicCall } from "./public-call.ts";
import { reportCalls } from "./report-calls.ts";
import { studioCalls } from "./studio-calls.ts";
import { sweepCalls } from "./sweep-calls.ts";
import { tinyConfig, tinyModel, tinyWeights } from "./tiny-model.ts";

const model = await tinyModel();
const { graph } = model;
const pair = { clean: [0, 1, 2], corrupt: [1, 1, 2], answers: [3], wrongAnswers: [4] };
const prompts = new PromptLoader([pair, pair], { batchSize: 2 });
const scores = new PruneScores(graph);
const circuit = Circuit.of(graph, [0]);
const tensor = Tensor.zeros([2, 3]);
const tokens = Tensor.zeros([2, 3], { dtype: "int64" });
const others = new Tokens(Tensor.zeros([2, 3], { dtype: "int64" }));
const partners = [
  [0, null, 2],
  [0, 1, 2],
];
const [where, text, path] = ["circuit.json", "{}", "no-such-folder/no-such-file"];
const config = tinyConfig;
const weights = tinyWeights();
const task = { key: "k", name: "n", batchSize: 1, batchCount: 1, model, prompts: "no-such.json" };
const loaded = new LoadedTask(
  task,
  { model, train: prompts, test: prompts, knownEdges: [graph.edge(0)], sharedPrefix: null },
  () => {},
);
const on = { model, prompts };

/** A valid call of every function that has a signature; see `signatures` of the engine. */
export const publicCalls: Readonly<Record<string, PublicCall>> = {
  ...algorithmCalls(on),
  ...methodCalls(on, scores),
  ...graphCalls(graph),
  ...latentCalls(on),
  ...autoencoderCalls,
  "Tensor.from": { takes: {}, call: (_, o) => Tensor.from([1], o) },
  "Tensor.mapFile": {
    takes: { path },
    options: { offset: 0, shape: [1], dtype: "float32" },
    call: (t, o) => Tensor.mapFile(t.path, o),
  },
  "Tensor.full": { takes: { shape: [1], value: 1 }, call: (t, o) => Tensor.full(t.shape, t.value, o) },
  "Tensor.arange": { takes: { n: 2 }, call: (t, o) => Tensor.arange(t.n, o) },
  "Tensor.cat": { takes: { tensors: [tensor], dim: 0 }, call: (t) => Tensor.cat(t.tensors, t.dim) },
  "Tensor.stack": { takes: { tensors: [tensor], dim: 0 }, call: (t) => Tensor.stack(t.tensors, t.dim) },
  "Tensor.where": { takes: { condition: tensor, a: 1, b: 2 }, call: (t) => Tensor.where(t.condition, t.a, t.b) },
  grad: { takes: { scalar: tensor, inputs: [] }, call: (t, o) => grad(t.scalar, t.inputs, o) },
  Ablation: { takes: { sources: tensor }, call: (t, o) => new Ablation(t.sources, o) },
  openDevice: { takes: { name: "cpu" }, call: (t) => openDevice(t.name) },
  "Transformer.create": { takes: { config, weights }, call: (t, o) => Transformer.create(t.config, t.weights, o) },
  "Transformer.forward": { takes: {}, options: { tokens }, call: (_, o) => model.transformer.forward(o) },
  PatchableModel: { takes: {}, options: { transformer: model.transformer }, call: (_, o) => new PatchableModel(o) },
  "PatchableModel.withGraph": { takes: {}, call: (_, o) => model.withGraph(o) },
  "PatchableModel.forward": { takes: { tokens }, call: (t, o) => model.forward(t.tokens, o) },
  "PatchableModel.run": {
    takes: { tokens, request: {} },
    call: (t) => model.run(t.tokens, t.request),
  },
  "PatchableModel.activations": {
    takes: { tokens, hooks: ["blocks.0.attn.hook_pattern"] },
    options: { positions: [0], replace: [{ hook: "blocks.0.attn.hook_z", value: tensor }] },
    call: (t, o) => model.activations(t.tokens, t.hooks, o),
  },
  "PatchableModel.sourceOutputs": { takes: { tokens }, call: (t, o) => model.sourceOutputs(t.tokens, o) },
  "PatchableModel.ablations": {
    takes: { from: tokens, type: "zero" },
    call: (t, o) => model.ablations(t.from, t.type, o),
  },
  Tokens: {
    takes: { ids: tokens },
    options: { padding: [0, 1], numbers: [3, 4], unequal: "unequal", counterpart: { tokens: () => others, partners } },
    call: (t, o) => new Tokens(t.ids, o),
  },
  "Tokens.slice": { takes: { start: 0, end: 1 }, call: (t) => others.slice(t.start, t.end).dispose() },
  "Tokens.repeat": { takes: { times: 2 }, call: (t) => others.repeat(t.times).dispose() },
  PromptLoader: { takes: { pairs: [pair] }, options: { batchSize: 1 }, call: (t, o) => new PromptLoader(t.pairs, o) },
  fittingPrompts: { takes: { input: path }, call: (t, o) => fittingPrompts(t.input, o) },
  loadPrompts: { takes: { input: path }, call: (t, o) => loadPrompts(t.input, o) },
  PruneScores: {
    takes: { graph, values: scores.values, info: {} },
    call: (t) => new PruneScores(t.graph, t.values, t.info),
  },
  "PruneScores.fromModules": {
    takes: { graph, modules: {} },
    call: (t) => PruneScores.fromModules(t.graph, t.modules),
  },
  "PruneScores.top": { takes: { count: 1 }, call: (t) => scores.top(t.count) },
  "PruneScores.circuitAt": { takes: { threshold: 1 }, call: (t) => scores.circuitAt(t.threshold) },
  "PruneScores.set": { takes: { value: 0 }, call: (t) => scores.set(0, t.value) },
  "PruneScores.save": { takes: { path, info: {} }, call: (t) => scores.save(t.path, t.info) },
  "PruneScores.withInfo": { takes: { info: {} }, call: (t) => scores.withInfo(t.info) },
  "PruneScores.toBytes": { takes: { info: {} }, call: (t) => scores.toBytes(t.info) },
  "PruneScores.load": { takes: { path }, call: (t, o) => PruneScores.load(t.path, o) },
  "Circuit.of": { takes: { graph, edges: [] }, call: (t) => Circuit.of(t.graph, t.edges) },
  "Circuit.where": { takes: { graph, test: () => true }, call: (t) => Circuit.where(t.graph, t.test) },
  "a circuit of a size": { takes: { size: 1 }, call: (t) => scores.circuit(t.size) },
  sortedMagnitudes: { takes: { values: scores.values }, call: (t) => sortedMagnitudes(t.values) },
  defaultCircuitSizes: {
    takes: { graph, scores, knownEdgeCount: 1 },
    call: (t) => defaultCircuitSizes(t.graph, t.scores, t.knownEdgeCount),
  },
  circuitSizes: { takes: { graph }, call: (t, o) => circuitSizes(t.graph, o) },
  patchPlan: { takes: { patch: "tree", reverse: false }, call: (t): PatchPlan => patchPlan(t.patch, t.reverse) },
  runCircuits: {
    takes: on,
    options: { scores, sizes: [1], rank: "signed" },
    call: (t, o) => runCircuits(t.model, t.prompts, o),
  },
  patchPrompts: { takes: on, options: { ablate: [0] }, call: (t, o) => patchPrompts(t.model, t.prompts, o) },
  withGraphOf: { takes: { model, edges: [], seqLen: null }, call: (t) => withGraphOf(t.model, t.edges, t.seqLen) },
  unclearGroups: {
    takes: { config: { heads: 4, kvHeads: 2 }, names: ["A0.0->A1.0.K"] },
    call: (t) => unclearGroups(t.config, t.names),
  },
  sharePrefix: { takes: on, call: (t, o) => sharePrefix(t.model, t.prompts, o) },
  Task: { takes: {}, options: task, call: (_, o) => defineTask(o) },
  "Task.load": { takes: {}, call: (_, o) => defineTask(task).load(o) },
  groundTruth: { takes: on, options: { edges: [] }, call: (t, o) => groundTruth(t.model, t.prompts, o) },
  circuitProbing: {
    takes: on,
    options: { epochs: 1, circuitSizes: [2] },
    call: (t, o) => circuitProbing(t.model, t.prompts, o),
  },
  constrainedProbing: {
    takes: on,
    options: { scores, avoidSize: 1, epochs: 1, circuitSizes: [2] },
    call: (t, o) => constrainedProbing(t.model, t.prompts, o),
  },
  trainKnockouts: {
    takes: on,
    options: { scores, size: 2, epochs: 1 },
    call: (t, o) => trainKnockouts(t.model, t.prompts, o),
  },
  runAlgorithms: {
    takes: { tasks: [loaded], algorithms: ["random"] },
    call: (t, o) => runAlgorithms(t.tasks, t.algorithms, o),
  },
  measureAll: {
    takes: { tasks: [], results: new ExperimentResults() },
    call: (t, o) => measureAll(t.tasks, t.results, o),
  },
  "ExperimentResults.save": { takes: { folder: path }, call: (t) => new ExperimentResults().save(t.folder) },
  "ExperimentResults.load": { takes: { folder: path }, call: (t) => ExperimentResults.load(t.folder) },
  edgeScoresOfNodes: {
    takes: { nodes: new PruneScores(graph.with({ factorized: false })), graph },
    call: (t) => edgeScoresOfNodes(t.nodes, t.graph),
  },
  fewestEdges: { takes: { ...on, scores }, call: (t, o) => fewestEdges(t.model, t.prompts, t.scores, o) },
  ...foundCalls(loaded, scores),
  answerLoss: {
    takes: { logits: tensor, batch: prompts.batches[0], gradFunction: "logit", answerFunction: "avg-diff" },
    call: (t) => answerLoss(t.logits, t.batch, t.gradFunction, t.answerFunction),
  },
  FullModel: { takes: on, call: (t) => new FullModel(t.model, t.prompts) },
  CircuitMeter: { takes: on, options: {}, call: (t, o) => new CircuitMeter(t.model, t.prompts, o) },
  "CircuitMeter.fullOutputs": {
    takes: { promptCount: 1 },
    call: (t) => new CircuitMeter(model, prompts).fullOutputs(t.promptCount),
  },
  "CircuitMeter.measure": {
    takes: { circuit, ablation: "resample" },
    call: (t, o) => new CircuitMeter(model, prompts).measure(t.circuit, t.ablation, o),
  },
  measureCircuits: {
    takes: on,
    options: { scores, sizes: [1], rank: "signed", metrics: [] },
    call: (t, o) => measureCircuits(t.model, t.prompts, o),
  },
  usualMetrics: { takes: { model, all: true }, call: (t) => usualMetrics(t.model, t.all) },
  measureCurve: {
    takes: { meter: new CircuitMeter(model, prompts) },
    options: { scores, sizes: [1] },
    call: (t, o) => measureCurve(t.meter, o),
  },
  "FullModel.logits": { takes: { side: "clean" }, call: (t) => new FullModel(model, prompts).logits(t.side) },
  "a metric": { takes: { prompts, runs: [] }, call: (t) => logitDiff(model, t.prompts, t.runs) },
  "a metric of the full model": { takes: on, call: (t) => argmaxAgreement(t.model, t.prompts, []) },
  klDivergence: { takes: {}, call: (_, o) => klDivergence(model, prompts, [], o) },
  logitDiffPercent: { takes: {}, call: (_, o) => logitDiffPercent(model, prompts, [], o) },
  probDiffPercent: { takes: {}, call: (_, o) => probDiffPercent(model, prompts, [], o) },
  logprobDiffPercent: { takes: {}, call: (_, o) => logprobDiffPercent(model, prompts, [], o) },
  areaSummary: {
    takes: { curves: { t: { a: [{ size: 0, value: 1 }] } } },
    options: { metric: "kl-clean" },
    call: (t, o) => areaSummary(t.curves, o),
  },
  areaUnderCurve: { takes: { points: [{ size: 0, value: 1 }] }, call: (t, o) => areaUnderCurve(t.points, o) },
  mibSizes: { takes: { edgeCount: 10 }, call: (t) => mibSizes(t.edgeCount) },
  nothingToLose: { takes: {}, options: { full: 1, empty: 0 }, call: async (_, o) => nothingToLose(o) },
  mibScores: { takes: { values: [] }, options: { full: 1, empty: 0 }, call: (t, o) => mibScores(t.values, o) },
  precisionRecall: { takes: { scores, circuit }, call: (t, o) => precisionRecall(t.scores, t.circuit, o) },
  rocCurve: { takes: { scores, circuit }, call: (t) => rocCurve(t.scores, t.circuit) },
  rocOfValues: { takes: { values: [1], knownEdges: [0] }, call: (t) => rocOfValues(t.values, t.knownEdges) },
  rankEdges: { takes: { scores: [1], knownEdges: [0] }, call: (t) => rankEdges(t.scores, t.knownEdges) },
  rocAtSizes: { takes: { scores, circuit }, call: (t, o) => rocAtSizes(t.scores, t.circuit, o) },
  normalizedArea: { takes: { areas: [{ area: 1, random: 1 }] }, call: (t, o) => normalizedArea(t.areas, o) },
  sameUnderKnockouts: {
    takes: on,
    options: { scores, size: 1, knockouts: scores },
    call: (t, o) => sameUnderKnockouts(t.model, t.prompts, o),
  },
  compareEdgeSets: {
    takes: { found: [0], known: [0], edgeCount: 1 },
    call: (t) => compareEdgeSets(t.found, t.known, t.edgeCount),
  },
  compareCircuits: { takes: { found: circuit, known: circuit }, call: (t) => compareCircuits(t.found, t.known) },
  scoreOverlap: { takes: { a: scores, b: scores, sizes: [1] }, call: (t) => scoreOverlap(t.a, t.b, t.sizes) },
  rankSimilarity: { takes: { a: scores, b: scores }, call: (t) => rankSimilarity(t.a, t.b) },
  similarityMatrices: {
    takes: { scores: { t: { a: scores } } },
    options: { sizes: [1] },
    call: (t, o) => similarityMatrices(t.scores, o),
  },
  tTest: { takes: { a: [1, 2], b: [2, 3] }, call: (t, o) => tTest(t.a, t.b, o) },
  ...loadingCalls,
  logitLens: {
    takes: { model, vectors: Tensor.zeros([1, on.model.config.dModel]) },
    call: (t, o) => logitLens(t.model, t.vectors, o),
  },
  continueTokens: {
    takes: { model, prompt: [0, 1] },
    options: { maxTokens: 1 },
    call: (t, o) => continueTokens(t.model, t.prompt, o),
  },
  logitTable: { takes: { model, prompt: [0, 1] }, call: (t, o) => logitTable(t.model, t.prompt, o) },
  transformerFromWeights: {
    takes: { config: {}, weights: {} },
    call: (t, o) => transformerFromWeights(t.config, t.weights, o),
  },
  modelFromWeights: { takes: { config: {}, weights: {} }, call: (t, o) => modelFromWeights(t.config, t.weights, o) },
  requireLoadable: { takes: { config }, call: (t, o) => requireLoadable(t.config, o) },
  memoryDemand: {
    takes: { config },
    options: { batchSize: 1, seqLen: 1 },
    call: (t, o) => memoryDemand(t.config, o),
  },
  freeBeside: { takes: { model }, options: { free: 2 ** 30 }, call: (t, o) => freeBeside(t.model, o) },
  describeModel: { takes: { config }, call: (t) => describeModel(t.config) },
  parameterCount: { takes: { config }, call: (t) => parameterCount(t.config) },
  estimateMemory: {
    takes: { config, batchSize: 1, seqLen: 1 },
    call: (t, o) => estimateMemory(t.config, t.batchSize, t.seqLen, o),
  },
  "prompts of a task": {
    takes: {},
    options: { count: 1 },
    call: (_, o) => greaterthanPrompts(o),
  },
  ioiPrompts: { takes: {}, options: { count: 1 }, call: (_, o) => ioiPrompts(o) },
  sequencePairs: {
    takes: {},
    options: { alphabet: [0, 1], length: 2, bos: 2, answers: (ids: readonly number[]) => ids },
    call: (_, o) => sequencePairs(o),
  },
  programPrompts: {
    takes: { compiled: compileLibraryProgram("reverse") },
    options: { positions: "last", count: 1 },
    call: (t, o) => programPrompts(t.compiled, o),
  },
  "edges of a known circuit": {
    takes: {},
    call: (_, o) => tracrReverseEdges(graph, o),
  },
  "edges of a known circuit: model": { takes: { target: graph }, call: (t) => ioiEdges(t.target) },
  "loading a task": { takes: {}, call: (_, o) => tracrReverse(o) },
  "a task's prompts": { takes: {}, call: (_, o) => tracrTasks["tracr-reverse"]!.prompts(o) },
  readCircuitFile: { takes: { text, where }, call: (t, o) => readCircuitFile(t.text, t.where, o) },
  readEapIgCircuit: { takes: { text, where }, call: (t, o) => readEapIgCircuit(t.text, t.where, o) },
  ...reportCalls(graph),
  ...exchangeCalls,
  "the model for a saved circuit": {
    takes: { model, seqLen: null },
    call: (t) => savedCircuitOf([], "c.json").modelFor(t.model, t.seqLen),
  },
  pruneCircuit: {
    takes: { circuit: scores.circuit(1), ablation: "resample" },
    call: (t) => pruneCircuit(t.circuit, t.ablation),
  },
  ...studioCalls,
  ...sweepCalls,
};
