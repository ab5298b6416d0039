import { Ablation, scope, type Tensor } from "@autocircuit/native";
import { expect, it } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { answerLosses } from "../loss.ts";
import { ceap } from "./ceap.ts";
import { cleanCorrupted } from "./clean-corrupted.ts";
import { eap } from "./eap.ts";
import { eapGp } from "./eap-gp.ts";
import { eapIgActivations } from "./eap-ig-activations.ts";
import { eapIgInputs } from "./eap-ig-inputs.ts";

const { model, prompts } = await withModelAnswers(
  randomTask({ seed: 4, factorized: false, dtype: "float64", prompts: 4 }),
);
const batch = prompts.batches[0]!;

/** `D . dL/dx` of every edge by central differences, at the run that begins with `start`, for directions D `[S, B, P, D]`. */
async function byDifferences(start: Tensor, directions: Tensor): Promise<number[]> {
  const found: number[] = [];
  const eps = 1e-4;
  using here = await model.sources(batch.clean, { start });
  for (let edge = 0; edge < model.graph.edgeCount; edge++) {
    const values: number[] = [];
    for (const sign of [1, -1]) {
      const loss = await scope(async () => {
        const ablate = new Float32Array(model.graph.edgeCount);
        ablate[edge] = eps;
        // An edge takes (1 - m) of its source's output and m of this one: sign * D / eps beside it moves it by sign * m / eps * D.
        using ablation = new Ablation(here.add(directions.mul(sign)));
        const logits = await model.forward(batch.clean, { ablate, ablation, start });
        return answerLosses(logits, batch, "logit", "avg_diff").mean().item();
      });
      values.push(Number(loss));
    }
    found.push((values[0]! - values[1]!) / (2 * eps));
  }
  return found;
}

it("gradients at other embeddings are those of finite differences in a graph of nodes, too", async () => {
  using ablation = await model.ablations(batch.corrupt, "resample");
  using clean = await model.sources(batch.clean);
  using directions = ablation.sources.sub(clean);
  using far = ablation.sources.select(0, 0).clone();
  using near = clean.select(0, 0).clone();
  const ends = [await byDifferences(near, directions), await byDifferences(far, directions)];
  const both = await cleanCorrupted(model, prompts);
  const one = await eapIgInputs(model, prompts, { steps: 1 });
  const largest = Math.max(...ends.flat().map(Math.abs));
  for (let edge = 0; edge < model.graph.edgeCount; edge++) {
    expect(Math.abs(one.values[edge]! - ends[1]![edge]!) / largest).toBeLessThan(1e-5);
    expect(Math.abs(both.values[edge]! - (ends[0]![edge]! + ends[1]![edge]!) / 2) / largest).toBeLessThan(1e-5);
  }
});

it("CEAP of one step from the clean end is EAP in a graph of nodes, and its edges into the output sum to the change of the loss", async () => {
  const [one, attribution] = [await ceap(model, prompts, { steps: 1, from: "clean" }), await eap(model, prompts)];
  for (const [edge, value] of one.values.entries()) expect(value).toBeCloseTo(attribution.values[edge]!, 6);
  // Gradients at the steps' beginnings and at their ends: together the trapezoids of the integral.
  const many = [await ceap(model, prompts, { steps: 200 }), await ceap(model, prompts, { steps: 200, from: "clean" })];
  const intoEnd = [...model.graph.edges()].filter(({ dest }) => dest.kind === "end");
  const sum = intoEnd.reduce((total, { index }) => total + (many[0]!.values[index]! + many[1]!.values[index]!) / 2, 0);
  const lossOn = async (tokens: typeof batch.clean) => {
    using logits = await model.forward(tokens);
    return Number(await answerLosses(logits, batch, "logit", "avg_diff").mean().item());
  };
  const change = (await lossOn(batch.corrupt)) - (await lossOn(batch.clean));
  expect(Math.abs(sum - change)).toBeLessThan(0.01 * Math.abs(change));
});

it("methods that put in outputs on the way between two runs say that a graph of nodes has no edges to do it with", async () => {
  for (const method of [eapGp, eapIgActivations])
    await expect(method(model, prompts)).rejects.toThrow(/needs a factorised graph/);
});
