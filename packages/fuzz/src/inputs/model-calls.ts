import type { PatchableModel } from "@autocircuit/core";
import {
  continueTokens,
  describeModel,
  estimateMemory,
  loadModel,
  loadParts,
  loadTokenizer,
  loadTransformer,
  logitLens,
  logitTable,
  memoryDemand,
  modelFromWeights,
  parameterCount,
  processingOf,
  readConfig,
  readConfigFile,
  requireLoadable,
  resolveHubFolder,
  resolveModelFolder,
  sharesEmbedding,
  transformerFromWeights,
} from "@autocircuit/models";
import { Tensor } from "@autocircuit/native";
import type { PublicCall } from "./public-call.ts";
import { tinyConfig as config } from "./tiny-model.ts";

const [path, idOrFolder] = ["no-such-folder/no-such-file", "./no-such-folder"];

/** Valid calls of what loads checkpoints and reads models. */
export function modelCalls(model: PatchableModel): Record<string, PublicCall> {
  return {
    resolveHubFolder: {
      takes: { pathOrName: path },
      options: { wants: () => true, mostBytes: 1, offline: true },
      call: (t, o) => resolveHubFolder(t.pathOrName, o),
    },
    resolveModelFolder: {
      takes: { idOrFolder },
      options: { offline: true },
      call: (t, o) => resolveModelFolder(t.idOrFolder, o),
    },
    readConfig: { takes: { idOrFolder }, options: { offline: true }, call: (t, o) => readConfig(t.idOrFolder, o) },
    sharesEmbedding: {
      takes: { idOrFolder },
      options: { offline: true },
      call: (t, o) => sharesEmbedding(t.idOrFolder, o),
    },
    readConfigFile: { takes: { path }, call: (t) => readConfigFile(t.path) },
    loadParts: { takes: { idOrFolder }, options: { offline: true }, call: (t, o) => loadParts(t.idOrFolder, o) },
    loadTransformer: {
      takes: { idOrFolder },
      options: { offline: true },
      call: (t, o) => loadTransformer(t.idOrFolder, o),
    },
    loadModel: { takes: { idOrFolder }, options: { offline: true }, call: (t, o) => loadModel(t.idOrFolder, o) },
    logitLens: {
      takes: { model, vectors: Tensor.zeros([1, model.config.dModel]) },
      call: (t, o) => logitLens(t.model, t.vectors, o),
    },
    processingOf: { takes: { folder: path }, call: (t, o) => processingOf(t.folder, o) },
    continueTokens: {
      takes: { model, prompt: [0, 1] },
      options: { maxTokens: 1 },
      call: (t, o) => continueTokens(t.model, t.prompt, o),
    },
    logitTable: { takes: { model, prompt: [0, 1] }, call: (t, o) => logitTable(t.model, t.prompt, o) },
    loadTokenizer: { takes: { folder: path }, call: (t) => loadTokenizer(t.folder) },
    transformerFromWeights: {
      takes: { config: {}, weights: {} },
      call: (t, o) => transformerFromWeights(t.config, t.weights, o),
    },
    modelFromWeights: { takes: { config: {}, weights: {} }, call: (t, o) => modelFromWeights(t.config, t.weights, o) },
    requireLoadable: { takes: { config }, call: (t, o) => requireLoadable(t.config, o) },
    memoryDemand: {
      takes: { config },
      options: { batchSize: 1, length: 1 },
      call: (t, o) => memoryDemand(t.config, o),
    },
    describeModel: { takes: { config }, call: (t) => describeModel(t.config) },
    parameterCount: { takes: { config }, call: (t) => parameterCount(t.config) },
    estimateMemory: {
      takes: { config, batch: 1, seq: 1 },
      call: (t, o) => estimateMemory(t.config, t.batch, t.seq, o),
    },
  };
}
