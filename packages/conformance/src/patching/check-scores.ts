import {
  type AnswerFunction,
  activationMagnitude,
  edgeAttribution,
  type GradFunction,
  maskGradient,
} from "@autocircuit/discovery";
import { ABLATION_NAMES } from "../ablation-names.ts";
import { maxAbs } from "../tolerance.ts";
import { checkScores, expectedScores } from "./score-checks.ts";
import type { Variant } from "./variant.ts";

/** Mask gradients with every function, mask value and ablation the case has. */
export async function checkMaskGradients({ name, model, graph, prompts, tensors, recorder }: Variant): Promise<void> {
  const sets = new Set(
    tensors.names(`${name}/mask_gradient/`).map((tensor) => tensor.slice(0, tensor.lastIndexOf("/"))),
  );
  for (const set of sets) {
    const [, , gradFunction, answerFunction, at = "", ablation = "RESAMPLE"] = set.split("/");
    const scores = await maskGradient(model, prompts, {
      gradFunction: gradFunction as GradFunction,
      answerFunction: answerFunction as AnswerFunction,
      ablation: ABLATION_NAMES[ablation]!,
      ...maskPosition(at),
    });
    // A probability is off by as much, of itself, as its logit is, whose own error goes with its size.
    const logits = gradFunction === "logit" ? 1 : Math.max(1, maxAbs(tensors.get(`${name}/logits/clean`).data));
    const rounded = logits * maxAbs(expectedScores(graph, tensors, set));
    checkScores(graph, scores.values, tensors, set, recorder.section(set.slice(name.length + 1)), { rounded });
  }
}

/** `mask0.5` or `ig5` as options of maskGradient. */
function maskPosition(at: string): { maskValue: number } | { steps: number } {
  return at.startsWith("ig") ? { steps: Number(at.slice(2)) } : { maskValue: Number(at.slice("mask".length)) };
}

/** Edge attribution patching, where the case has it. */
export async function checkAttribution({ name, model, graph, prompts, tensors, recorder }: Variant): Promise<void> {
  const set = `${name}/edge_attribution_patching`;
  if (tensors.names(`${set}/`).length === 0) return;
  const scores = await edgeAttribution(model, prompts);
  checkScores(graph, scores.values, tensors, set, recorder.section("edge_attribution_patching"));
}

/** Activation magnitudes, where the case has them. */
export async function checkActivationMagnitude({
  name,
  model,
  graph,
  prompts,
  tensors,
  recorder,
}: Variant): Promise<void> {
  const set = `${name}/activation_magnitude`;
  if (tensors.names(`${set}/`).length === 0) return;
  const scores = await activationMagnitude(model, prompts);
  // Weights that are centred write outputs whose mean is 0, but for rounding.
  const outputs = tensors.get(`${name}/src_ablations/RESAMPLE`).data;
  const rounded = Array.from(outputs, Math.abs).reduce((sum, value) => sum + value, 0) / outputs.length;
  checkScores(graph, scores.values, tensors, set, recorder.section("activation_magnitude"), { rounded });
}
