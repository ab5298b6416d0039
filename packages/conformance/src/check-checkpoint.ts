import { join } from "node:path";
import { loadModel, loadParts } from "@autocircuit/models";
import { type ComputeDType, Tensor, Transformer } from "@autocircuit/native";
import { readJson } from "./check-patching.ts";
import type { CaseFolder } from "./find-cases.ts";
import { narrowBound } from "./number-types.ts";
import { ExpectedTensors } from "./read-safetensors.ts";
import type { HostTensor, Recorder } from "./recorder.ts";
import { toHost } from "./to-host.ts";

const UNPROCESSED = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };

/** Logits of a network, and its residual stream: the last state has passed the final norm, in transformers and here. */
interface Outputs {
  logits: HostTensor;
  hidden: readonly HostTensor[];
}

/**
 * Checks a checkpoint of `transformers`: logits and hidden states of the raw weights. In a narrower number type they are compared with what
 * float32 makes of weights that were rounded to it, since some networks are moved more by that rounding than by all others.
 */
export async function checkCheckpoint(folder: CaseFolder, anyRecorder: Recorder, dtype?: ComputeDType): Promise<void> {
  const { tokens } = readJson(folder.path, "inputs.json") as { tokens: number[][] };
  using ids = Tensor.from(tokens, { dtype: "int64" });
  using model = await loadModel(folder.path, { ...UNPROCESSED, dtype });
  const { layers } = model.config;
  const bound = narrowBound(dtype, layers);
  const recorder = anyRecorder.within(bound);
  const found = await outputsOf(model.transformer, ids);
  const expected =
    dtype !== undefined && bound !== undefined
      ? await outputsOfRounded(folder.path, dtype, ids)
      : expectedOutputs(folder.path, layers);
  recorder.tensor("logits", found.logits, expected.logits);
  for (let layer = 0; layer <= layers; layer++)
    recorder.tensor(`hidden.${layer}`, found.hidden[layer]!, expected.hidden[layer]!);
}

async function outputsOf(transformer: Transformer, ids: Tensor): Promise<Outputs> {
  const { logits, resid } = await transformer.forward({ tokens: ids, resid: true });
  using states = resid!;
  const layers = Array.from({ length: states.shape[0]! }, (_, layer) => toHost(states.select(0, layer)));
  return { logits: await toHost(logits!), hidden: await Promise.all(layers) };
}

async function outputsOfRounded(path: string, dtype: ComputeDType, ids: Tensor): Promise<Outputs> {
  const { config, weights } = await loadParts(path, UNPROCESSED);
  using owned = weights;
  const rounded = Object.entries(owned.toWeights()).map(([name, weight]) => [name, weight.to(dtype).to("float32")]);
  using transformer = Transformer.create(config, Object.fromEntries(rounded));
  return outputsOf(transformer, ids);
}

function expectedOutputs(path: string, layers: number): Outputs {
  const file = new ExpectedTensors(join(path, "expected.safetensors"));
  const hidden = Array.from({ length: layers + 1 }, (_, layer) => file.get(`hidden.${layer}`));
  return { logits: file.get("logits"), hidden };
}
