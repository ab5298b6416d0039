import { join } from "node:path";
import {
  checkFitsModel,
  checkInspected,
  checkProcessing,
  checkSources,
  engineAutoencoders,
  inspectAutoencoders,
  loadAutoencoders,
  processingFor,
  saveAutoencoders,
} from "@autocircuit/autoencoders";
import { Tensor } from "@autocircuit/native";
import { filesOf } from "./autoencoder-cases.ts";
import type { PublicCall } from "./public-call.ts";
import { scratchFolder } from "./scratch.ts";
import { tinyAutoencoders, tinyConfig } from "./tiny-model.ts";

const folder = join(scratchFolder(), "saved");
await saveAutoencoders(folder, tinyAutoencoders());
const set = await loadAutoencoders(folder);
const inspected = await inspectAutoencoders(folder);
const one = set.autoencoders[0]!;
const across = (await loadAutoencoders(join(filesOf("gemmascope2-clt-affine"), "clt/width_16k_l0_medium_affine")))
  .crossLayer!;

const config = tinyConfig;
const input = Tensor.zeros([2, one.dIn]);
const latents = Tensor.zeros([2, one.dSae]);
const inputs = Tensor.zeros([across.layers, 2, across.dIn]);
const ofLayers = Tensor.zeros([across.layers, 2, across.dSae]);

/** Valid calls of what is done with autoencoders that were loaded or looked at. */
export const autoencoderCalls: Readonly<Record<string, PublicCall>> = {
  engineAutoencoders: { takes: { set, config }, call: (t, o) => engineAutoencoders(t.set, t.config, o) },
  checkSources: { takes: { inspected, config }, call: (t, o) => checkSources(t.inspected, t.config, o) },
  checkInspected: { takes: { inspected, config }, call: (t) => checkInspected(t.inspected, t.config) },
  checkFitsModel: { takes: { autoencoder: one, config }, call: (t) => checkFitsModel(t.autoencoder, t.config) },
  checkProcessing: {
    takes: { inspected, config, processing: { foldLn: true } },
    call: (t) => checkProcessing(t.inspected, t.config, t.processing),
  },
  processingFor: { takes: { inspected, config }, call: (t) => processingFor(t.inspected, t.config) },
  "Autoencoder.encode": { takes: { input }, call: (t) => one.encode(t.input) },
  "Autoencoder.decode": { takes: { latents, input }, call: (t) => one.decode(t.latents, t.input) },
  "Autoencoder.skip": { takes: { input }, call: (t) => one.skip(t.input) },
  "Autoencoder.reconstruct": { takes: { input, target: input }, call: (t) => one.reconstruct(t.input, t.target) },
  "Autoencoder.decoderRows": { takes: { latents: [0] }, call: (t) => one.decoderRows(t.latents) },
  "CrossLayerTranscoder.encode": { takes: { inputs }, call: (t) => across.encode(t.inputs) },
  "CrossLayerTranscoder.decode": {
    takes: { latents: ofLayers, inputs },
    call: (t) => across.decode(t.latents, t.inputs),
  },
  "CrossLayerTranscoder.skip": { takes: { inputs }, call: (t) => across.skip(t.inputs) },
  "CrossLayerTranscoder.reconstruct": {
    takes: { inputs, targets: inputs },
    call: (t) => across.reconstruct(t.inputs, t.targets),
  },
};
