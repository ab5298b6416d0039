import { Circuit, PruneScores } from "@autocircuit/core";
import { averagePrecision, rocAtSizes, rocCurve } from "@autocircuit/metrics";
import { scope } from "@autocircuit/native";
import { expect, it } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { acdc } from "./acdc/acdc.ts";
import { cutEffects } from "./attribution/cut-effects.ts";
import { groundTruth } from "./ground-truth.ts";
import { circuitProbing } from "./probing/circuit-probing.ts";
import { constrainedProbing } from "./probing/constrained-probing.ts";
import { subnetworkProbing } from "./probing/subnetwork-probing.ts";
import { selectTop } from "./selection/select-top.ts";

const { model, prompts } = randomTask({ seed: 5, promptCount: 2, byToken: true });
const { graph } = model;
const named = ["A0.0->A1.1.Q", "MLP 1->Resid End"];
/** The same, position by position. */
const spelt = named.flatMap((name) => Array.from({ length: graph.seqLen! }, (_, token) => [name, token] as const));
const scores = new PruneScores(
  graph,
  Float32Array.from({ length: graph.edgeCount }, (_, i) => (i * 37) % 101),
);

it.each<[string, (edges: readonly (string | readonly [string, number])[]) => unknown]>([
  ["Circuit.of", (edges) => [...Circuit.of(graph, edges).indices]],
  ["groundTruth", async (edges) => (await groundTruth(model, null, { edges })).values],
  ["forward", (edges) => patched(edges)],
  ["rocCurve", (edges) => rocCurve(scores, edges)],
  ["rocAtSizes", (edges) => rocAtSizes(scores, edges)],
  ["averagePrecision", (edges) => averagePrecision(scores, edges)],
  ["selectTop", (edges) => [...selectTop(scores, 20, { preferred: edges, prune: false }).indices]],
  ["cutEffects", (edges) => cutEffects(model, prompts, { cuts: [edges] })],
  ["subnetworkProbing", async (avoid) => (await subnetworkProbing(model, prompts, { epochs: 2, avoid })).values],
  ["circuitProbing", async (knownEdges) => (await circuitProbing(model, prompts, { epochs: 1, knownEdges })).info],
  [
    "constrainedProbing",
    async (knownEdges) => (await constrainedProbing(model, prompts, { scores, knownEdges, epochs: 1 })).values,
  ],
])("%s takes a plain name for every position", async (_, run) => {
  const all = await run(named);
  expect(all).toEqual(await run(spelt));
  expect(all).not.toEqual(await run(spelt.slice(0, -1)));
});

it("acdc's order too", async () => {
  const names = new Set(Array.from(graph.edges(), ({ name }) => name));
  const order = [...names].reverse();
  const spelt = order.flatMap((name) => Array.from({ length: graph.seqLen! }, (_, token) => [name, token] as const));
  const found = await acdc(model, prompts, { taus: [0.1], order });
  expect(found.values).toEqual((await acdc(model, prompts, { taus: [0.1], order: spelt })).values);
});

async function patched(edges: readonly (string | readonly [string, number])[]): Promise<number[]> {
  const [batch] = prompts.batches;
  return scope(async () => {
    const ablation = await model.ablations(batch!.corrupt, "resample");
    const logits = await model.forward(batch!.clean, { ablate: edges, ablation });
    return Array.from(await logits.data(), Number);
  });
}
