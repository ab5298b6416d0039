import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { removeDangling } from "./live-edges.ts";

const graph = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false });

/** The edges that stay. */
function kept(edges: string[], forward = true, of = graph): string[] {
  const mask = new Float32Array(of.edgeCount).fill(1);
  for (const edge of edges) mask[of.index(edge)] = 0;
  const removed = removeDangling(of, mask, forward);
  const left = [...mask.keys()].filter((index) => mask[index] === 0).map((index) => of.edge(index).name);
  expect(edges.length - removed).toBe(left.length);
  return left;
}

describe("removeDangling", () => {
  it("keeps paths from Resid Start to Resid End", () => {
    const path = ["Resid Start->A0.1.K", "A0.1->MLP 1", "MLP 1->Resid End", "Resid Start->Resid End"];
    expect(kept(path).toSorted()).toEqual(path.toSorted());
  });

  it("drops chains that lead nowhere, whatever the ablation", () => {
    const chain = ["Resid Start->A0.0.V", "A0.0->A1.0.Q", "MLP 1->Resid End", "Resid Start->MLP 1"];
    for (const forward of [true, false]) {
      expect(kept(chain, forward).toSorted()).toEqual(["MLP 1->Resid End", "Resid Start->MLP 1"]);
    }
  });

  it("drops chains that come from nowhere only where an ablated node writes its ablated output", () => {
    const chain = ["A0.0->MLP 0", "MLP 0->Resid End", "Resid Start->Resid End"];
    expect(kept(chain)).toEqual(["Resid Start->Resid End"]);
    expect(kept(chain, false).toSorted()).toEqual(chain.toSorted());
  });

  it("knows which heads share keys and values", () => {
    const grouped = Graph.of({ layers: 1, heads: 4, kvHeads: 2, attnOnly: true, parallel: false });
    const shared = ["Resid Start->A0.1.V", "A0.3->Resid End"];
    expect(kept(shared, true, grouped).toSorted()).toEqual(shared.toSorted());
    expect(kept(["Resid Start->A0.1.V", "A0.1->Resid End"], true, grouped)).toEqual([]);
  });

  it("knows that latents of attention are made of all its heads", () => {
    const latents = Graph.of({
      ...{ layers: 2, heads: 2, attnOnly: false, parallel: false },
      ...{ attentionLatents: [3, 0], latentErrors: true },
    });
    const path = ["Resid Start->A0.1.K", "Attention 0 Latent 2->MLP 1", "Attention 0 Error->MLP 1", "MLP 1->Resid End"];
    expect(kept(path, true, latents).toSorted()).toEqual(path.toSorted());
    expect(kept(["Resid Start->MLP 0", "Attention 0 Latent 2->Resid End"], true, latents)).toEqual([]);
  });

  it("knows that latents of the stream are made of what was written before them", () => {
    const latents = Graph.of({
      ...{ layers: 2, heads: 2, attnOnly: false, parallel: false },
      ...{ streamLatents: [3, 0], latentErrors: true },
    });
    const path = [
      ...["Resid Start->A0.1.K", "A0.1->Resid Post 0", "Resid Post 0 Latent 2->MLP 1", "Resid Post 0 Error->MLP 1"],
      "MLP 1->Resid End",
    ];
    expect(kept(path, true, latents).toSorted()).toEqual(path.toSorted());
    const dead = ["Resid Start->Resid Post 0", "MLP 1->Resid End", "Resid Post 0 Latent 1->A1.0.Q"];
    expect(kept(dead, true, latents)).toEqual([]);
    expect(kept(dead, false, latents)).toEqual(["MLP 1->Resid End"]);
  });

  it("leaves a graph of nodes alone", () => {
    const nodes = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false }, { factorized: false });
    expect(kept(["A0.0->Resid Mid 0"], true, nodes)).toEqual(["A0.0->Resid Mid 0"]);
  });
});
