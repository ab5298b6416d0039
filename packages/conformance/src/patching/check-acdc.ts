import { type AcdcTarget, acdc } from "@autocircuit/discovery";
import { checkScores } from "./score-checks.ts";
import { partsBelow, type Variant } from "./variant.ts";

/** Thresholds of each target, in the order they are tried. */
const TAUS: Readonly<Record<string, { target: AcdcTarget; taus: number[] }>> = {
  kl_div: { target: "kl_div", taus: [1e-4, 1e-3, 1e-2, 5e-4, 5e-3, 5e-2] },
  mse: { target: "mse", taus: [1e-3, 1e-2, 5e-3, 5e-2] },
};

/** ACDC scores per target, with the edges visited in the reference's order. */
export async function checkAcdc(variant: Variant): Promise<void> {
  const { name, model, graph, prompts, expected, tensors, recorder } = variant;
  for (const target of partsBelow(variant, "acdc")) {
    const scores = await acdc(model, prompts, { ...TAUS[target]!, order: expected.acdc_order! });
    checkScores(graph, scores.values, tensors, `${name}/acdc/${target}`, recorder.section(`acdc/${target}`), {
      decided: true,
    });
  }
}
