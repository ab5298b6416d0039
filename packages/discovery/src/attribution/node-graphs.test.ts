import { Ablation, scope, Tensor } from "@autocircuit/native";
import { expect, it } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { edgeAttribution } from "../edge-attribution.ts";
import { answerLosses } from "../loss.ts";
import { ceap } from "./ceap.ts";
import { cleanCorrupted } from "./clean-corrupted.ts";
import { eapGp } from "./eap-gp.ts";
import { eapIgActivations } from "./eap-ig-activations.ts";
import { eapIgInputs } from "./eap-ig-inputs.ts";

const { model, prompts } = await withModelAnswers(
  randomTask({ seed: 4, factorized: false, dtype: "float64", promptCount: 4 }),
);
const batch = prompts.batches[0]!;

/** `D . dL/dx` of every edge by central differences, at the run that begins with `start`, for directions D `[S, B, P, D]`. */
async function byDifferences(start: Tensor, directions: Tensor): Promise<number[]> {
  const found: number[] = [];
  const eps = 1e-4;
  using here = await model.sourceOutputs(batch.clean, { start });
  for (let edge = 0; edge < model.graph.edgeCount; edge++) {
    const values: number[] = [];
    for (const sign of [1, -1]) {
      const loss = await scope(async () => {
        const ablate = new Float32Array(model.graph.edgeCount);
        ablate[edge] = eps;
        // An edge takes (1 - m) of its source's output and m of this one: sign * D / eps beside it moves it by sign * m / eps * D.
        using ablation = new Ablation(here.add(directions.mul(sign)));
        const logits = await model.forward(batch.clean, { ablate, ablation, start });
        return answerLosses(logits, batch, "logit", "avg-diff").mean().item();
      });
      values.push(Number(loss));
    }
    found.push((values[0]! - values[1]!) / (2 * eps));
  }
  return found;
}

it("gradients at other embeddings are those of finite differences in a graph of nodes, too", async () => {
  using ablation = await model.ablations(batch.corrupt, "resample");
  using clean = await model.sourceOutputs(batch.clean);
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
  const [one, attribution] = [
    await ceap(model, prompts, { steps: 1, from: "clean" }),
    await edgeAttribution(model, prompts),
  ];
  for (const [edge, value] of one.values.entries()) expect(value).toBeCloseTo(attribution.values[edge]!, 6);
  // Gradients at the steps' beginnings and at their ends: together the trapezoids of the integral.
  const many = [await ceap(model, prompts, { steps: 200 }), await ceap(model, prompts, { steps: 200, from: "clean" })];
  const intoEnd = [...model.graph.edges()].filter(({ dest }) => dest.kind === "end");
  const sum = intoEnd.reduce((total, { index }) => total + (many[0]!.values[index]! + many[1]!.values[index]!) / 2, 0);
  const lossOn = async (tokens: typeof batch.clean) => {
    using logits = await model.forward(tokens);
    return Number(await answerLosses(logits, batch, "logit", "avg-diff").mean().item());
  };
  const change = (await lossOn(batch.corrupt)) - (await lossOn(batch.clean));
  expect(Math.abs(sum - change)).toBeLessThan(0.01 * Math.abs(change));
});

it("EAP-IG of activations is the mean of the gradients at runs with each part's output on the way", async () => {
  using ablation = await model.ablations(batch.corrupt, "resample");
  using clean = await model.sourceOutputs(batch.clean);
  using directions = ablation.sources.sub(clean);
  const steps = 2;
  const { sources, edgeCount } = model.graph;
  const parts = new Map<string, Set<number>>();
  for (const { kind, block, index } of sources) {
    if (kind === "mid" || kind === "post") continue;
    const key = `${kind} ${block}`;
    parts.set(key, (parts.get(key) ?? new Set()).add(index));
  }
  const total = new Float64Array(edgeCount);
  for (const [key, part] of parts) {
    for (const share of [1 / 2, 1]) {
      const point = (source: number) => clean.select(0, source).add(directions.select(0, source).mul(1 - share));
      const put = key.startsWith("start") ? { start: point(0), part: new Set<number>() } : { part };
      const each = await differencesWith(put, point, clean, directions);
      for (const [edge, value] of each.entries()) total[edge]! += value / (parts.size * steps);
    }
  }
  const { values } = await eapIgActivations(model, prompts, { steps });
  const largest = Math.max(...Array.from(total, Math.abs));
  for (const [edge, value] of values.entries()) expect(Math.abs(value - total[edge]!) / largest).toBeLessThan(1e-5);
});

/** The slopes of the loss where an edge is moved by its direction, in runs in which some sources' outputs are put in. */
async function differencesWith(
  { start, part }: { start?: Tensor; part: ReadonlySet<number> },
  point: (source: number) => Tensor,
  clean: Tensor,
  directions: Tensor,
): Promise<number[]> {
  const { graph } = model;
  const replaced = (source: number) => part.has(source);
  const mask = new Float32Array(graph.edgeCount);
  for (const { src, index } of graph.edges()) if (replaced(src.index)) mask[index] = 1;
  const rows = (move: Tensor) =>
    Tensor.stack(graph.sources.map(({ index }) => (replaced(index) ? point(index) : move.select(0, index))));
  using at = new Ablation(rows(clean));
  // What every source writes in this run.
  const { sourceOutputs: here } = await model.run(batch.clean, {
    keepSources: true,
    logits: false,
    ...(start && { start }),
    patch: { graph: graph.toNative(), mask: Tensor.from(mask), ablation: at },
  });
  const found: number[] = [];
  const eps = 1e-4;
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const source = graph.edge(edge).src.index;
    const losses: number[] = [];
    for (const sign of [1, -1]) {
      const loss = await scope(async () => {
        const ablate = mask.slice();
        const moved = directions.select(0, source).mul(sign * eps);
        // A source that is put in moves by as much there; another's edge takes 1 / 64 of what lies 64 times as far.
        const values = rows(here!);
        const own = replaced(source) ? point(source).add(moved) : here!.select(0, source).add(moved.mul(64));
        if (!replaced(source)) ablate[edge] = 1 / 64;
        const index = Tensor.from(
          Float32Array.from(graph.sources, (src) => Number(src.index === source)),
          {
            shape: [graph.sources.length, 1, 1, 1],
          },
        ).gt(0);
        using moving = new Ablation(Tensor.where(index, own.unsqueeze(0), values));
        const logits = await model.forward(batch.clean, { ablate, ablation: moving, ...(start && { start }) });
        return answerLosses(logits, batch, "logit", "avg-diff").mean().item();
      });
      losses.push(Number(loss));
    }
    found.push((losses[0]! - losses[1]!) / (2 * eps));
  }
  return found;
}

it("EAP-GP's gradients are those of finite differences at the points of its path", async () => {
  using ablation = await model.ablations(batch.corrupt, "resample");
  using clean = await model.sourceOutputs(batch.clean);
  using directions = ablation.sources.sub(clean);
  const expected = new Float64Array(model.graph.edgeCount);
  const onPath = async (points: readonly Tensor[]) => {
    for (const point of points)
      for (const [edge, slope] of (await byDifferences(point, directions)).entries())
        expected[edge]! += slope / points.length;
  };
  const { values } = await eapGp(model, prompts, { steps: 2, onPath });
  const largest = Math.max(...Array.from(expected, Math.abs));
  for (const [edge, value] of values.entries()) expect(Math.abs(value - expected[edge]!) / largest).toBeLessThan(1e-5);
});
