import { PruneScores, runCircuits } from "@autocircuit/core";
import { FullModel, metrics } from "@autocircuit/metrics";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { overflowingModel, prompts } from "../test/overflowing-model.ts";
import { acdc } from "./acdc/acdc.ts";
import { activationMagnitude } from "./activation-magnitude.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { fewestEdges } from "./fewest-edges/fewest-edges.ts";
import { groundTruth } from "./ground-truth.ts";
import { maskGradient } from "./mask-gradient.ts";
import { subnetworkProbing } from "./probing/subnetwork-probing.ts";

const model = overflowingModel();
const some = new PruneScores(
  model.graph,
  Float32Array.from({ length: model.graph.edgeCount }, (_, edge) => edge),
);

/** Everything that makes numbers of a model's outputs. */
const work = {
  forward: (loader) => model.forward(loader.batches[1]!.clean),
  runCircuits: (loader) => runCircuits(model, loader, { scores: some, sizes: [model.graph.edgeCount] }),
  fullModel: (loader) => new FullModel(model, loader).logits("clean"),
  edgeAttribution: (loader) => edgeAttribution(model, loader),
  maskGradient: (loader) => maskGradient(model, loader, { steps: 2, gradFunction: "prob" }),
  subnetworkProbing: (loader) => subnetworkProbing(model, loader, { epochs: 1 }),
  fewestEdges: (loader) => fewestEdges(model, loader, some),
} satisfies Record<string, (loader: ReturnType<typeof prompts>) => Promise<unknown>>;

const refusal = (message: RegExp) => ({
  name: "AutocircuitError",
  code: "not-finite",
  message: expect.stringMatching(message),
});

describe("a model of finite weights whose logits are no numbers", () => {
  it.each(Object.entries(work))("%s says so, with prompt and cause", async (_name, run) => {
    using loader = prompts("clean");
    await expect(run(loader)).rejects.toMatchObject(
      refusal(
        /^The logits of prompt 3 \(tokens [\d ]+ 11\) are not numbers.*The model alone gives such logits.*compute in float64/,
      ),
    );
  });

  it.each(Object.entries(work))("%s runs where all prompts are usual", async (_name, run) => {
    using loader = prompts("neither");
    await expect(run(loader)).resolves.toBeDefined();
  });

  it("from the corrupt side, runs say which edges bring it in", async () => {
    using loader = prompts("corrupt");
    await expect(runCircuits(model, loader, { scores: some, sizes: [3] })).rejects.toMatchObject(
      refusal(
        /prompt 3 .* with \d+ of \d+ edges ablated, the first Resid Start->A0.0.Q.*what was put in is the likely cause/,
      ),
    );
    await expect(edgeAttribution(model, loader)).rejects.toMatchObject(
      refusal(/For prompts 2 to 3 \(batch 1\): The gradient of the mask at edge .*->.* is NaN.*float64/),
    );
    await expect(activationMagnitude(model, prompts("clean"))).rejects.toMatchObject(
      refusal(/The mean output of edge A0.\d->Resid End is .*prompts 2 to 3/),
    );
  });

  it("ACDC, which compares the first batch alone, says so too", async () => {
    using whole = prompts("clean");
    using first = prompts("neither");
    await expect(acdc(model, first)).resolves.toBeDefined();
    const [, broken] = whole.batches;
    const only = Object.assign(Object.create(whole), { batches: [broken] });
    await expect(acdc(model, only)).rejects.toMatchObject(refusal(/prompt 3/));
    const [, corrupt] = prompts("corrupt").batches;
    const ablating = Object.assign(Object.create(whole), { batches: [corrupt] });
    await expect(acdc(model, ablating)).rejects.toMatchObject(refusal(/with .* ablated, the first .* likely cause/));
  });

  it("metrics of logits from elsewhere are refused, whatever they would make of them", async () => {
    using loader = prompts("neither");
    const logits = loader.batches.map((_, batch) =>
      Tensor.from(
        Float32Array.from({ length: 24 }, (_, i) => (batch === 2 && i > 12 ? Number.NaN : i)),
        { shape: [2, 12] },
      ),
    );
    for (const name of ["kl-clean", "correct-percent", "argmax-agreement", "max-abs-diff", "logit-diff"] as const)
      await expect(metrics[name].measure(model, loader, [{ size: 7, logits }])).rejects.toMatchObject(
        refusal(/circuit of 7 edges are not numbers \(NaN or infinite\) for prompt 5 \(batch 2\)/),
      );
    const huge = loader.batches.map(() =>
      Tensor.from(
        Float32Array.from({ length: 24 }, (_, i) => (i % 2 ? 3e38 : -3e38)),
        { shape: [2, 12] },
      ),
    );
    await expect(
      metrics["mean-squared-error"].measure(model, loader, [{ size: 7, logits: huge }]),
    ).rejects.toMatchObject(refusal(/A metric of the circuit of 7 edges is Infinity, not a number/));
    expect((await groundTruth(model, null, { edges: ["A0.0->Resid End"] })).circuit(1).size).toBe(1);
  });
});
