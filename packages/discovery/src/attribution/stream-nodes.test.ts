import type { PatchableModel, PromptBatch, SrcNode } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { type RandomModelOptions, randomTask, withModelAnswers } from "../../test/random-model.ts";
import { answerLosses } from "../loss.ts";
import { eapGp } from "./eap-gp.ts";
import { informationFlowRoutes } from "./information-flow.ts";
import { type NodeAlgorithm, nodeScores } from "./node-scores.ts";

// In graphs of nodes the residual stream between the parts of the network is a source.

const graphs: readonly RandomModelOptions[] = [{}, { parallel: true }, { attnOnly: true }, { byToken: true }];

/** A task on a graph of nodes, and its network with the graph of edges. */
async function taskOf(options: RandomModelOptions) {
  const { model, prompts } = await withModelAnswers(
    randomTask({ seed: 21, layers: 2, dtype: "float64", promptCount: 3, factorized: false, ...options }),
  );
  return { model, prompts, batch: prompts.batches[0]!, edges: model.withGraph({ factorized: true }) };
}

const streams = ({ graph }: PatchableModel) => graph.sources.filter(({ kind }) => kind === "mid" || kind === "post");
const hookOf = ({ kind, block }: SrcNode) => `blocks.${block}.hook_resid_${kind}`;

interface Replacing {
  readonly start?: Tensor;
  readonly replace?: readonly { hook: string; value: Tensor }[];
}

/** Each prompt's number of a run's outputs, by `of`. */
async function outcome(model: PatchableModel, batch: PromptBatch, of: (logits: Tensor) => Tensor, how: Replacing) {
  return scope(async () =>
    Array.from(await of(await model.forward(batch.clean, { ...how, sliced: false })).data(), Number),
  );
}

const sum = (values: Iterable<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** The loss, a mean over prompts, at the last position. */
const lossOf = (batch: PromptBatch) => (logits: Tensor) =>
  answerLosses(logits.select(1, logits.shape[1]! - 1), batch, "logit", "avg-diff").div(batch.size);

/** The slope of the loss along `direction` where a point of the stream is `value`. */
async function slope(
  model: PatchableModel,
  batch: PromptBatch,
  { point, value, direction, ...how }: Replacing & { point: string; value: Tensor; direction: Tensor },
): Promise<number> {
  const eps = 1e-4;
  const at = (step: number) => {
    const moved = { hook: point, value: scope(() => value.add(direction.mul(step))) };
    return outcome(model, batch, lossOf(batch), { ...how, replace: [...(how.replace ?? []), moved] });
  };
  return (sum(await at(eps)) - sum(await at(-eps))) / (2 * eps);
}

describe("nodeScores", () => {
  it.each(graphs)("%o: heads, MLPs and the embedding score as in the graph of edges", async (options) => {
    const { model, prompts, edges } = await taskOf(options);
    for (const algorithm of ["edge-attribution", "clean-corrupted", "eap-ig-inputs", "eap-ig-activations"] as const) {
      const how = { algorithm, ...(algorithm.startsWith("eap-ig") && { steps: 2 }) };
      const [ofNodes, ofEdges] = [await nodeScores(model, prompts, how), await nodeScores(edges, prompts, how)];
      const largest = Math.max(...ofEdges.values.map(Math.abs));
      for (const [place, { name }] of ofEdges.nodes.entries()) {
        const found = ofNodes.nodes.findIndex((node) => node.name === name);
        expect(Math.abs(ofNodes.values[found]! - ofEdges.values[place]!), `${algorithm}, ${name}`).toBeLessThan(
          1e-9 * largest,
        );
      }
      expect(ofNodes.nodes.length - ofEdges.nodes.length).toBe(streams(model).length);
    }
  });

  it.each(graphs)("%o: the stream scores what finite differences of it give", async (options) => {
    const { model, prompts, batch } = await taskOf(options);
    using ablation = await model.ablations(batch.corrupt, "resample");
    using clean = await model.sourceOutputs(batch.clean);
    using directions = ablation.sources.sub(clean);
    const shares: Partial<Record<NodeAlgorithm, number[]>> = {
      "edge-attribution": [0],
      "clean-corrupted": [0, 1],
      "eap-ig-inputs": [0.5, 0],
    };
    for (const [algorithm, points] of Object.entries(shares)) {
      const steps = algorithm === "eap-ig-inputs" ? { steps: 2 } : {};
      const { values } = await nodeScores(model, prompts, { algorithm: algorithm as NodeAlgorithm, ...steps });
      const largest = Math.max(...values.map(Math.abs));
      for (const source of streams(model)) {
        let expected = 0;
        for (const share of points) {
          const start = scope(() => clean.select(0, 0).add(directions.select(0, 0).mul(share)));
          const here = await model.sourceOutputs(batch.clean, { start });
          const value = here.select(0, source.index);
          const direction = directions.select(0, source.index);
          expected += await slope(model, batch, { start, point: hookOf(source), value, direction });
        }
        expect(Math.abs(values[source.index]! - expected / points.length) / largest).toBeLessThan(1e-6);
      }
    }
  });

  it("an MLP's gradient at its input is the same in both graphs", async () => {
    const { model, prompts, edges } = await taskOf({});
    for (const algorithm of ["edge-attribution", "eap-ig-activations"] as const) {
      const how = { algorithm, mlpGradient: "input" } as const;
      const [ofNodes, ofEdges] = [await nodeScores(model, prompts, how), await nodeScores(edges, prompts, how)];
      for (const name of ["MLP 0", "MLP 1"]) {
        const of = ({ nodes, values }: typeof ofNodes) => values[nodes.findIndex((node) => node.name === name)]!;
        expect(of(ofNodes)).toBeCloseTo(of(ofEdges), 9);
      }
    }
  });
});

describe("EAP-GP", () => {
  it.each(graphs)(
    "%o: along a head's or an MLP's own path its edge is the sum of those in the graph of edges",
    async (options) => {
      const { model, prompts, edges } = await taskOf(options);
      const how = { steps: 2, path: "source" } as const;
      const [ofNodes, ofEdges] = [await eapGp(model, prompts, how), await eapGp(edges, prompts, how)];
      const leaving = (scores: typeof ofNodes, name: string) =>
        sum([...scores.graph.edges()].filter(({ src }) => src.name === name).map(({ index }) => scores.values[index]!));
      const largest = Math.max(...ofEdges.values.map(Math.abs));
      for (const { name, kind } of edges.graph.sources)
        if (kind === "head" || kind === "mlp")
          expect(Math.abs(leaving(ofNodes, name) - leaving(ofEdges, name)) / largest, name).toBeLessThan(1e-5);
    },
  );

  it("along the stream's own path it scores what a descent by finite differences gives", async () => {
    const { model, prompts, batch } = await taskOf({ promptCount: 2 });
    using ablation = await model.ablations(batch.corrupt, "resample");
    using clean = await model.sourceOutputs(batch.clean);
    using goal = await model.forward(batch.corrupt, { sliced: false });
    const { values } = await eapGp(model, prompts, { steps: 2, path: "source" });
    const largest = Math.max(...values.map(Math.abs));
    for (const source of streams(model)) {
      const point = hookOf(source);
      const edge = [...model.graph.edges()].find(({ src }) => src.index === source.index)!;
      let value = clean.select(0, source.index);
      let expected = 0;
      for (let step = 0; step < 2; step++) {
        value = await descend(model, batch, { point, value, goal });
        const replace = [{ hook: point, value }];
        // What the edge's destination reads in that run, and the slope of the loss where it moves.
        const { kind, block } = edge.dest;
        const next = kind === "end" ? `blocks.${block}.hook_resid_post` : `blocks.${block}.hook_resid_${kind}`;
        using seen = await model.activations(batch.clean, [next], { replace });
        const direction = ablation.sources.sub(clean).select(0, source.index);
        expected += (await slope(model, batch, { replace, point: next, value: seen.of(next), direction })) / 2;
      }
      expect(Math.abs(values[edge.index]! - expected) / largest, edge.name).toBeLessThan(1e-5);
    }
  });
});

/** One step of length 1, prompt by prompt, down the slope of the squared distance of all logits from the goal. */
async function descend(
  model: PatchableModel,
  batch: PromptBatch,
  { point, value, goal }: { point: string; value: Tensor; goal: Tensor },
): Promise<Tensor> {
  const [promptCount, positions, width] = value.shape as [number, number, number];
  const eps = 1e-4;
  const numbers = Array.from(await value.clone().data(), Number);
  const cells = positions * width;
  const gradient = new Float64Array(numbers.length);
  const distances = (cell: number, step: number) => {
    const moved = Float64Array.from(numbers, (number, i) => number + (i % cells === cell ? step : 0));
    const replace = [{ hook: point, value: Tensor.from(moved, { shape: [promptCount, positions, width] }) }];
    return outcome(model, batch, (logits) => logits.sub(goal).pow(2).sum([1, 2]), { replace });
  };
  for (let cell = 0; cell < cells; cell++) {
    const [up, down] = [await distances(cell, eps), await distances(cell, -eps)];
    for (let prompt = 0; prompt < promptCount; prompt++)
      gradient[prompt * cells + cell] = (up[prompt]! - down[prompt]!) / (2 * eps);
  }
  const length = (prompt: number) => Math.hypot(...gradient.subarray(prompt * cells, (prompt + 1) * cells));
  const next = Float64Array.from(numbers, (number, i) => number - gradient[i]! / length(Math.floor(i / cells)));
  return Tensor.from(next, { shape: [promptCount, positions, width] });
}

describe("information flow routes", () => {
  it("share out the stream behind attention as the MLP finds it, and all of it at the end of one block", async () => {
    for (const options of [{}, { attnOnly: true, layers: 1 }, { byToken: true }]) {
      const { model, prompts, edges } = await taskOf(options);
      const [ofNodes, ofEdges] = [
        await informationFlowRoutes(model, prompts),
        await informationFlowRoutes(edges, prompts),
      ];
      const [here, there] = options.attnOnly ? ["Resid End", "Resid End"] : ["Resid Mid 0", "MLP 0"];
      const into = [...model.graph.edges()].filter(({ dest }) => dest.name === here);
      expect(into.length).toBeGreaterThan(2);
      for (const { src, token, index } of into) {
        const same = [...edges.graph.edges()].find(
          (edge) => edge.src.name === src.name && edge.dest.name === there && edge.token === token,
        )!;
        expect(ofNodes.values[index]!).toBeCloseTo(ofEdges.values[same.index]!, 6);
      }
    }
  });

  it("are shares of the values at the hook points, worked out one by one", async () => {
    for (const options of [{}, { parallel: true }]) {
      const { model, prompts, batch } = await taskOf(options);
      const { values } = await informationFlowRoutes(model, prompts);
      using outputs = await model.sourceOutputs(batch.clean);
      const written = (await outputs.toArray()) as number[][][][];
      for (const { kind, block, firstSource, sourceCount, offset } of model.graph.groups) {
        const hook = `blocks.${block}.hook_resid_${kind === "end" ? "post" : kind}`;
        using seen = await model.activations(batch.clean, [hook]);
        const stream = (await seen.of(hook).toArray()) as number[][][];
        const expected = new Float64Array(sourceCount);
        const cells = batch.size * batch.seqLen;
        stream.forEach((positions, prompt) => {
          positions.forEach((y, position) => {
            const close = Array.from({ length: sourceCount }, (_, s) => {
              const x = written[firstSource + s]![prompt]![position]!;
              return Math.max(0, sum(y.map(Math.abs)) - sum(y.map((value, i) => Math.abs(value - x[i]!))));
            });
            close.forEach((value, s) => {
              expected[s]! += value / sum(close) / cells;
            });
          });
        });
        for (const [s, share] of expected.entries()) expect(values[offset + s]!).toBeCloseTo(share, 5);
      }
    }
  });
});

describe("scores of single prompts", () => {
  it.each([
    ["eap-gp", eapGp],
    ["information-flow-routes", informationFlowRoutes],
  ] as const)("%s: they add up", async (_, algorithm) => {
    const { model, prompts, batch } = await taskOf({ byToken: true });
    const rows: Float32Array[] = [];
    const { values } = await algorithm(model, prompts);
    await algorithm(model, prompts, { onPrompt: (scores) => rows.push(scores) });
    expect(rows).toHaveLength(batch.size);
    const largest = Math.max(...values.map(Math.abs));
    for (const [edge, value] of values.entries())
      expect(Math.abs(sum(rows.map((row) => row[edge]!)) / batch.size - value) / largest).toBeLessThan(1e-5);
  });
});
