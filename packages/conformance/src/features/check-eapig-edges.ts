import { edgeNameOfEapIg } from "@autocircuit/circuits";
import { type AblationType, Circuit, type PruneScores } from "@autocircuit/core";
import {
  cleanCorrupted,
  eapIgActivations,
  eapIgInputs,
  edgeAttribution,
  exact,
  informationFlowRoutes,
  pruneCircuit,
} from "@autocircuit/discovery";
import { Ablation } from "@autocircuit/native";
import { activationGap } from "../attribution/activation-gap.ts";
import { differencesOf } from "../attribution/differences.ts";
import { ablationOf } from "../attribution/reference-ablation.ts";
import { matrixOf } from "../attribution/score-matrix.ts";
import type { Recorder } from "../recorder.ts";
import type { EapIgCase } from "./eapig-case.ts";

/** Checks one matrix of scores of edges; its name says how it was made. */
export async function checkEdgeScores(found: EapIgCase, name: string, recorder: Recorder): Promise<void> {
  const { tensors, cells, variant, prompts } = found;
  const wanted = tensors.get(name);
  const label = name.slice(variant.length + 1);
  const [, method, type = "patching"] = label.split("/") as [string, string, string?];
  const ablation = (await ablationOf(found, type)) ?? "resample";
  const values = await scoresOf(found, method, type, ablation);
  if (ablation instanceof Ablation) ablation.dispose();
  const scaled = method.startsWith("exact") || method === "information-flow-routes" ? 1 : prompts.promptCount;
  const ours = matrixOf(
    values.map((value) => value / scaled),
    cells,
    wanted.shape,
  );
  // Shares of nothing: the reference divides 0 by 0 where no source is close to the stream, and has NaN there.
  recorder.defined(label, ours, wanted);
}

async function scoresOf(
  found: EapIgCase,
  method: string,
  type: string,
  ablation: AblationType | Ablation,
): Promise<Float64Array> {
  const { model, prompts, positional } = found;
  const steps = Number(/-(\d+)$/.exec(method)?.[1] ?? 5);
  const numbers = ({ values }: PruneScores) => Float64Array.from(values);
  if (method === "information-flow-routes")
    return numbers(await informationFlowRoutes(model, prompts, { positional: positional ?? undefined }));
  if (method === "exact-restored") return numbers(await exact(model, prompts, { ablation, prune: true }));
  if (method === "exact") return cumulativeEffects(found, ablation);
  if (method.startsWith("eap-ig-activations")) {
    // Where nothing is resampled the path ends at zeros.
    const end = type === "patching" ? undefined : ((await ablationOf(found, "zero")) as Ablation);
    const options = { steps, ablation, pathEnd: end };
    const scores = await eapIgActivations(model, prompts, options);
    const gap = await activationGap(model, prompts, options);
    end?.dispose();
    return scores.values.length === gap.length ? Float64Array.from(scores.values, (v, i) => v - gap[i]!) : gap;
  }
  if (method.startsWith("eap-ig-inputs")) return numbers(await eapIgInputs(model, prompts, { steps, ablation }));
  if (method === "clean-corrupted") return numbers(await cleanCorrupted(model, prompts, { ablation }));
  const scores = numbers(
    await edgeAttribution(model, prompts, { ablation: type === "aggregation-mean" ? "resample" : ablation }),
  );
  return type === "aggregation-mean" ? scores.map((value) => value / model.config.dModel) : scores;
}

/**
 * The reference prunes its graph in place when it measures a cut and restores only the cut edge, so that nodes which lose their only edge
 * stay away for all later cuts.
 */
async function cumulativeEffects(found: EapIgCase, ablation: AblationType | Ablation): Promise<Float64Array> {
  const { graph, expected } = found;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const all = Circuit.where(graph, () => true);
  const full = mean(await differencesOf(found, all, ablation));
  const effects = new Float64Array(graph.edgeCount);
  let kept = new Set(all.indices);
  for (const name of expected.edges) {
    const edge = graph.index(edgeNameOfEapIg(name)!);
    kept.delete(edge);
    const circuit = pruneCircuit(Circuit.of(graph, kept), "resample");
    // The loss is minus the difference.
    effects[edge] = full - mean(await differencesOf(found, circuit, ablation));
    kept = new Set([...circuit.indices, edge]);
  }
  return effects;
}
