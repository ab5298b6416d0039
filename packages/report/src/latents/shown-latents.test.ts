import { describe, expect, it } from "vitest";
import { latentGraph } from "../../test/latent-samples.ts";
import { reportOf } from "../../test/samples.ts";
import { compareWithKnown } from "../compare.ts";
import type { ReportScoredEdge } from "../types.ts";
import { shownLatents } from "./shown-latents.ts";

const graph = latentGraph({ layers: 2, heads: 1, mlp: [40, 7, 300, 2, 91, 5, 12, 8], attention: [6, 1] });
const nameOf = (src: number) => graph.nodes.sources[src]!.name;

function shown(edges: Record<string, number>) {
  const circuit = Object.entries(edges).map(([edge, score]): ReportScoredEdge => ({ edge, token: null, score }));
  const { own, weaker } = shownLatents(graph, compareWithKnown(reportOf({ graph, circuit })).edges);
  return { own: own.map(nameOf), weaker: weaker.map(nameOf) };
}

describe("shownLatents", () => {
  it("takes the five of each autoencoder with the largest sums of absolute scores", () => {
    const { own, weaker } = shown({
      "MLP 0 Latent 40->Resid End": 1,
      "MLP 0 Latent 40->MLP 1": -1.5,
      "MLP 0 Latent 7->Resid End": -2.4,
      "MLP 0 Latent 300->Resid End": 0.1,
      "MLP 0 Latent 2->Resid End": 0.5,
      "MLP 0 Latent 91->Resid End": 0.6,
      "MLP 0 Latent 5->Resid End": 0.7,
      "MLP 0 Latent 12->Resid End": 0.2,
      "MLP 0 Error->Resid End": 9,
      "Attention 1 Latent 1->Resid End": 0.01,
    });
    const strongest = [40, 7, 5, 91, 2].map((latent) => `MLP 0 Latent ${latent}`);
    expect(own).toEqual([...strongest, "Attention 1 Latent 1"]);
    expect(weaker).toEqual(["MLP 0 Latent 12", "MLP 0 Latent 300"]);
  });

  it("leaves no single one over, and puts infinite scores first, equal ones in network order", () => {
    const latents = [40, 7, 300, 2, 91, 5];
    const all = (scores: readonly number[]) =>
      shown(Object.fromEntries(latents.map((latent, i) => [`MLP 1 Latent ${latent}->Resid End`, scores[i]!])));
    expect(all([1, 1, 1, Number.POSITIVE_INFINITY, 1, Number.NaN])).toEqual({
      own: [2, 40, 7, 300, 91, 5].map((latent) => `MLP 1 Latent ${latent}`),
      weaker: [],
    });
  });

  it("takes no latent that has no edge in the circuit", () => {
    expect(shown({ "Resid Start->MLP 0": 1 })).toEqual({ own: [], weaker: [] });
  });
});
