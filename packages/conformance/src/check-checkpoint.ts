import { join } from "node:path";
import { loadModel } from "@autocircuit/models";
import { type ComputeDType, Tensor } from "@autocircuit/native";
import { readJson } from "./check-patching.ts";
import type { CaseFolder } from "./find-cases.ts";
import { narrowBound } from "./number-types.ts";
import { ExpectedTensors } from "./read-safetensors.ts";
import type { Recorder } from "./recorder.ts";
import { toHost } from "./to-host.ts";

/** Checks a checkpoint of `transformers`: logits and hidden states of the raw weights. */
export async function checkCheckpoint(folder: CaseFolder, anyRecorder: Recorder, dtype?: ComputeDType): Promise<void> {
  const expected = new ExpectedTensors(join(folder.path, "expected.safetensors"));
  const { tokens } = readJson(folder.path, "inputs.json") as { tokens: number[][] };
  const unprocessed = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };
  using model = await loadModel(folder.path, { ...unprocessed, dtype });
  const recorder = anyRecorder.within(narrowBound(dtype, model.config.layers));
  using ids = Tensor.from(tokens, { dtype: "int64" });
  const { logits, hidden } = await model.run(ids, { hidden: true });
  recorder.tensor("logits", await toHost(logits!), expected.get("logits"));
  using states = hidden!;
  // The last one has passed the final norm, in transformers and here.
  for (let layer = 0; layer <= model.config.layers; layer++) {
    recorder.tensor(`hidden.${layer}`, await toHost(states.select(0, layer)), expected.get(`hidden.${layer}`));
  }
}
