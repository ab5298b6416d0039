import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type PatchableModel, PromptLoader, type PromptPair } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import type { ComputeDType } from "@autocircuit/native";
import type { CaseFolder } from "./find-cases.ts";
import { narrowBound } from "./number-types.ts";
import { checkAcdc } from "./patching/check-acdc.ts";
import { checkCircuits, checkSizes } from "./patching/check-circuits.ts";
import { checkAblations, checkFractional, checkLogits, checkPatched } from "./patching/check-outputs.ts";
import { checkProcessedWeights } from "./patching/check-processed-weights.ts";
import { checkActivationMagnitude, checkAttribution, checkMaskGradients } from "./patching/check-scores.ts";
import { checkStructure } from "./patching/check-structure.ts";
import { checkSubnetworkProbing } from "./patching/check-subnetwork-probing.ts";
import { type ExpectedCase, type ExpectedVariant, graphOptions } from "./patching/expected-case.ts";
import type { Variant } from "./patching/variant.ts";
import { ExpectedTensors } from "./read-safetensors.ts";
import type { Recorder } from "./recorder.ts";

/** What a variant is checked for, by the name under which a failure to run is reported. */
const CHECKS: Readonly<Record<string, (variant: Variant) => Promise<void> | void>> = {
  structure: ({ graph, expected, recorder }) => checkStructure(graph, expected, recorder),
  logits: checkLogits,
  src_ablations: checkAblations,
  patched: checkPatched,
  fractional: checkFractional,
  mask_gradient: checkMaskGradients,
  edge_attribution_patching: checkAttribution,
  activation_magnitude: checkActivationMagnitude,
  acdc: checkAcdc,
  subnetwork_probing: checkSubnetworkProbing,
  edge_counts_util: checkSizes,
  run_circuits: checkCircuits,
};

/** Checks a case with weights: every variant of its graph, and, where the raw checkpoint is there, how it is processed. */
export async function checkPatching(folder: CaseFolder, anyRecorder: Recorder, dtype?: ComputeDType): Promise<void> {
  const { path } = folder;
  const tensors = new ExpectedTensors(join(path, "expected.safetensors"));
  const { batch_size, variants } = readJson(path, "expected.json") as ExpectedCase;
  using prompts = new PromptLoader(readPrompts(readJson(path, "inputs.json")), { batchSize: batch_size });
  using model = await loadModel(path, { outputSlice: "last_seq", dtype });
  const recorder = anyRecorder.within(narrowBound(dtype, model.config.layers));
  for (const [name, expected] of Object.entries(variants))
    await checkVariant(model, name, expected, prompts, tensors, recorder);
  const raw = join(path, "..", "..", "hf", basename(path).replace(/-hf$/, ""));
  if (basename(path).endsWith("-hf"))
    await recorder.attempt("processed weights", () => checkProcessedWeights(raw, path, recorder));
}

async function checkVariant(
  whole: PatchableModel,
  name: string,
  expected: ExpectedVariant,
  prompts: PromptLoader,
  tensors: ExpectedTensors,
  caseRecorder: Recorder,
): Promise<void> {
  const recorder = caseRecorder.section(name);
  await recorder.attempt("graph", async () => {
    const { tokens, ...graph } = graphOptions(expected);
    const model = whole.withGraph({ ...graph, byToken: tokens !== null, seqLen: tokens });
    const variant = {
      name,
      model,
      graph: model.graph,
      prompts,
      first: prompts.batches[0]!,
      expected,
      tensors,
      recorder,
    };
    for (const [what, check] of Object.entries(CHECKS)) await recorder.attempt(what, () => check(variant));
  });
}

/** Prompt pairs of an `inputs.json` or of a tracr `expected.json`, in their order. */
export function readPrompts(file: unknown): PromptPair[] {
  const { prompts } = file as {
    prompts: (Omit<PromptPair, "wrongAnswers"> & { wrong_answers: PromptPair["wrongAnswers"] })[];
  };
  return prompts.map(({ clean, corrupt, answers, wrong_answers }) => ({
    clean,
    corrupt,
    answers,
    wrongAnswers: wrong_answers,
  }));
}

/** Reads a JSON file of a case. */
export function readJson(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}
