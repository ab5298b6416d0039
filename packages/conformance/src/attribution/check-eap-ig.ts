import { join } from "node:path";
import { eapIgEdge } from "@autocircuit/circuits";
import { PruneScores } from "@autocircuit/core";
import {
  cleanCorrupted,
  eapIgActivations,
  eapIgInputs,
  edgeAttribution,
  selectGreedy,
  selectTop,
} from "@autocircuit/discovery";
import { Ablation, type ComputeDType } from "@autocircuit/native";
import { readJson } from "../check-patching.ts";
import type { CaseFolder } from "../find-cases.ts";
import { narrowBound } from "../number-types.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import { activationGap } from "./activation-gap.ts";
import { type AttributedCase, attributedCase, modelFolder } from "./attributed-case.ts";
import { checkDifferences } from "./check-differences.ts";
import { ablationOf } from "./reference-ablation.ts";
import { divided, edgesOfMatrix, matrixOf } from "./score-matrix.ts";

/** What EAP-IG found on a case of patching. */
interface EapIgExpected {
  batch_size: number;
  selection: Record<string, string[]>;
  faithfulness: Record<string, number[]>;
  baseline: { clean: number[]; corrupt: number[] };
}

/** Checks the scores, selections and faithfulness that EAP-IG gives. */
export async function checkEapIg({ path }: CaseFolder, anyRecorder: Recorder, dtype?: ComputeDType): Promise<void> {
  const expected = readJson(path, "expected.json") as EapIgExpected & { src_nodes: string[]; dst_nodes: string[] };
  const tensors = new ExpectedTensors(join(path, "scores.safetensors"));
  const named = join("autocircuit", path.split("/").at(-1)!);
  const found = await attributedCase(modelFolder(path, named), expected, tensors, dtype);
  using model = found.model;
  const recorder = anyRecorder.within(narrowBound(dtype, model.config.layers));
  for (const name of tensors.names()) await recorder.attempt(name, () => checkMethod(found, name, recorder));
  for (const [name, edges] of Object.entries(expected.selection))
    await recorder.attempt(`selection/${name}`, () => {
      const [method, how, size] = name.split("/") as [string, string, string];
      const scores = new PruneScores(found.graph, edgesOfMatrix(tensors, method, found.cells));
      const circuit = (how === "greedy" ? selectGreedy : selectTop)(scores, Number(size));
      recorder.set(`selection/${name}`, Array.from(circuit, eapIgEdge), edges);
    });
  await recorder.attempt("faithfulness", () => checkDifferences(found, expected, recorder));
}

async function checkMethod(found: AttributedCase<EapIgExpected>, name: string, recorder: Recorder): Promise<void> {
  const { model, prompts, tensors, cells } = found;
  const wanted = tensors.get(name);
  const steps = Number(/-(\d+)$/.exec(name)?.[1] ?? 5);
  const ablation = await ablationOf(found, name);
  const options = { ablation };
  const scores = name.startsWith("eap-ig-inputs")
    ? await eapIgInputs(model, prompts, { steps })
    : name.startsWith("eap-ig-activations")
      ? await eapIgActivations(model, prompts, { steps })
      : name === "clean-corrupted"
        ? await cleanCorrupted(model, prompts)
        : await edgeAttribution(model, prompts, options);
  if (ablation instanceof Ablation) ablation.dispose();
  const values = divided(scores, prompts.promptCount);
  if (name.startsWith("eap-ig-activations")) {
    const gap = await activationGap(model, prompts, { steps });
    for (let edge = 0; edge < values.length; edge++) values[edge]! -= gap[edge]! / prompts.promptCount;
  }
  recorder.tensor(name, matrixOf(values, cells, wanted.shape), wanted);
}
