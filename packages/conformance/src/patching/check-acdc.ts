import type { Edge } from "@autocircuit/core";
import { type AcdcTarget, acdc, followScores, type TiedDecision, type WithAliases } from "@autocircuit/discovery";
import { tieTolerance } from "../tolerance.ts";
import { checkScores, expectedScores } from "./score-checks.ts";
import { partsBelow, type Variant } from "./variant.ts";

/** Thresholds of each target, in the order they are tried. */
const TAUS: Readonly<Record<string, { target: WithAliases<AcdcTarget>; taus: number[] }>> = {
  kl_div: { target: "kl_div", taus: [1e-4, 1e-3, 1e-2, 5e-4, 5e-3, 5e-2] },
  mse: { target: "mse", taus: [1e-3, 1e-2, 5e-3, 5e-2] },
};

/**
 * ACDC scores per target, with the edges visited in the reference's order. Where rounding decides, the reference's decision is followed
 * and said; all others are ours, and the scores that come out must be equal.
 */
export async function checkAcdc(variant: Variant): Promise<void> {
  const { name, model, graph, prompts, expected, tensors, recorder } = variant;
  for (const target of partsBelow(variant, "acdc")) {
    const set = `${name}/acdc/${target}`;
    const { decide, ties } = followScores(expectedScores(graph, tensors, set), tieTolerance);
    const scores = await acdc(model, prompts, { ...TAUS[target]!, order: expected.acdc_order!, decide });
    checkScores(graph, scores.values, tensors, set, recorder.section(`acdc/${target}`), { decided: true });
    for (const tie of ties) recorder.section(`acdc/${target}`).note(describe(graph.edge(tie.edge), tie));
  }
}

function describe(edge: Edge, { increase, tau, removed }: TiedDecision): string {
  const done = removed ? "removed" : "kept";
  return `${edge} raises the divergence by ${increase.toPrecision(6)} at tau ${tau}: rounding decides; ${done}, as in the reference`;
}
