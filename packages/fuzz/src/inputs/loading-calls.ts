import {
  loadModel,
  loadParts,
  loadTokenizer,
  loadTransformer,
  modelFingerprint,
  modelName,
  processingOf,
  readConfig,
  readConfigFile,
  resolveHubFolder,
  resolveModelFolder,
  sharesEmbedding,
} from "@autocircuit/models";
import type { PublicCall } from "./public-call.ts";

const [path, idOrFolder] = ["no-such-folder/no-such-file", "./no-such-folder"];

/** Calls of what finds and reads models, none of which is there. */
export const loadingCalls: Readonly<Record<string, PublicCall>> = {
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
  modelName: { takes: { folderOrId: path }, call: async (t) => modelName(t.folderOrId) },
  modelFingerprint: { takes: { idOrFolder: path }, call: (t, o) => modelFingerprint(t.idOrFolder, o) },
  processingOf: { takes: { folder: path }, call: (t, o) => processingOf(t.folder, o) },
  loadTokenizer: { takes: { folder: path }, call: (t) => loadTokenizer(t.folder) },
};
