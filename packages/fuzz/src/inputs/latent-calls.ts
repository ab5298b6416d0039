import { inspectAutoencoders, loadAutoencoders, saveAutoencoders } from "@autocircuit/autoencoders";
import { processingNotes } from "@autocircuit/circuits";
import {
  keepLatents,
  labelledLatents,
  latentNotes,
  meanDivergence,
  type PatchableModel,
  type PromptLoader,
  pruneLatents,
  replacedModel,
  requireKeepable,
  requireLabels,
  withTaskAutoencoders,
} from "@autocircuit/core";
import { trainAutoencoders } from "@autocircuit/discovery";
import { latentTable } from "@autocircuit/models";
import type { PublicCall } from "./public-call.ts";
import { tinyAutoencoders } from "./tiny-model.ts";

/** Valid calls of what loads, saves, trains and uses autoencoders. */
export function latentCalls(on: {
  model: PatchableModel;
  prompts: PromptLoader;
}): Readonly<Record<string, PublicCall>> {
  const { model } = on;
  const autoencoders = tinyAutoencoders();
  const latent = model.withAutoencoders(autoencoders);
  const idOrFolder = "./no-such-folder";
  return {
    "Transformer.withAutoencoders": {
      takes: { autoencoders },
      call: (t) => model.transformer.withAutoencoders(t.autoencoders),
    },
    "PatchableModel.withAutoencoders": { takes: { autoencoders }, call: (t) => model.withAutoencoders(t.autoencoders) },
    "PatchableModel.latents": {
      takes: { tokens: on.prompts.batches[0]!.clean },
      call: (t, o) => latent.latents(t.tokens, o),
    },
    labelledLatents: {
      takes: { model: latent, labels: { "MLP 0 Latent 1": "years" } },
      call: (t, o) => labelledLatents(t.model, t.labels, o),
    },
    latentTable: { takes: { model: latent, prompt: [0, 1] }, call: (t, o) => latentTable(t.model, t.prompt, o) },
    pruneLatents: {
      takes: { ...on, autoencoders },
      call: (t, o) => pruneLatents(t.model, t.autoencoders, t.prompts, o),
    },
    meanDivergence: {
      takes: { one: model, other: model, prompts: on.prompts },
      call: (t, o) => meanDivergence(t.one, t.other, t.prompts, o),
    },
    keepLatents: {
      takes: { autoencoders, latents: { keptLatents: { mlp: autoencoders.blocks.map(() => [2, 0]) } } },
      call: (t, _) => keepLatents(t.autoencoders, t.latents),
    },
    latentNotes: {
      takes: { model: latent },
      options: { prunedLatents: { kept: [[0]], activated: [1], prunedKl: 0.5 }, promptCount: 2 },
      call: async (t, o) => latentNotes(t.model, o),
    },
    processingNotes: { takes: { processing: { foldLn: false } }, call: async (t) => processingNotes(t.processing) },
    requireLabels: {
      takes: { labels: { "MLP 0 Latent 1": "years" }, places: [{ block: 0, of: "mlp", count: 4 }] },
      call: (t) => requireLabels(t.labels, t.places),
    },
    requireKeepable: {
      takes: {
        latents: { keptLatents: { mlp: [[1, 0]] } },
        places: [{ block: 0, of: "mlp", count: 4 }],
        layers: 1,
      },
      call: (t) => requireKeepable(t.latents, t.places, t.layers),
    },
    replacedModel: {
      takes: { ...on, autoencoders },
      call: (t, o) => replacedModel(t.model, t.autoencoders, t.prompts, o),
    },
    withTaskAutoencoders: {
      takes: on,
      options: {
        key: "latents",
        autoencoderInput: autoencoders.input,
        pruneLatents: false,
        autoencoders: () => tinyAutoencoders(),
      },
      call: (t, o) => withTaskAutoencoders(t.model, t.prompts, o),
    },
    trainAutoencoders: {
      takes: on,
      options: { latents: 2, epochs: 1 },
      call: (t, o) => trainAutoencoders(t.model, t.prompts, o),
    },
    saveAutoencoders: {
      takes: { folder: "/proc/none", autoencoders },
      call: (t, o) => saveAutoencoders(t.folder, t.autoencoders, o),
    },
    loadAutoencoders: {
      takes: { pathOrNames: idOrFolder },
      options: { offline: true },
      call: (t, o) => loadAutoencoders(t.pathOrNames, o),
    },
    inspectAutoencoders: {
      takes: { pathOrNames: idOrFolder },
      options: { offline: true },
      call: (t, o) => inspectAutoencoders(t.pathOrNames, o),
    },
  };
}
