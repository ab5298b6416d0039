import { dataSetSides } from "@autocircuit/core";
import type { Ablation } from "@autocircuit/native";
import { ablationType } from "../ablation-names.ts";
import { toHost } from "../to-host.ts";
import { expectedScores } from "./score-checks.ts";
import { partsBelow, type Variant } from "./variant.ts";

/** Logits of the unpatched model at all positions. */
export async function checkLogits({ name, model, first, tensors, recorder }: Variant): Promise<void> {
  for (const side of ["clean", "corrupt"] as const) {
    const logits = await toHost(await model.forward(first[side], { sliced: false }));
    recorder.tensor(`logits/${side}`, logits, tensors.get(`${name}/logits/${side}`));
  }
}

/** What every source is replaced by, per type of ablation. */
export async function checkAblations(variant: Variant): Promise<void> {
  const { name, tensors, recorder } = variant;
  for (const type of partsBelow(variant, "src_ablations")) {
    using ablation = await ablationOf(variant, type);
    const expected = tensors.get(`${name}/src_ablations/${type}`);
    const sources = await toHost(ablation.sources.expand(expected.shape));
    recorder.tensor(`src_ablations/${type}`, sources, expected);
  }
}

/** Logits with a set of edges ablated. */
export async function checkPatched(variant: Variant): Promise<void> {
  const { name, model, first, expected, tensors, recorder } = variant;
  for (const [i, { edges }] of expected.patched.entries()) {
    for (const type of ["RESAMPLE", "ZERO", "TOKENWISE_MEAN_CORRUPT"]) {
      using ablation = await ablationOf(variant, type);
      const logits = await toHost(await model.forward(first.clean, { ablate: edges, ablation, sliced: false }));
      recorder.tensor(`patched/${i}/${type}`, logits, tensors.get(`${name}/patched/${i}/${type}`));
    }
  }
}

/** Logits with every mask between 0 and 1. */
export async function checkFractional(variant: Variant): Promise<void> {
  const { name, model, graph, first, tensors, recorder } = variant;
  const mask = expectedScores(graph, tensors, `${name}/fractional/mask`);
  using ablation = await ablationOf(variant, "RESAMPLE");
  const logits = await toHost(await model.forward(first.clean, { ablate: mask, ablation, sliced: false }));
  recorder.tensor("fractional/logits", logits, tensors.get(`${name}/fractional/logits`));
}

/** The ablation of the reference's name, from the first batch's corrupt prompts or the whole data set. */
function ablationOf({ model, prompts, first }: Variant, name: string): Promise<Ablation> {
  const type = ablationType(name);
  return model.ablations(dataSetSides(type) ? prompts : first.corrupt, type);
}
