import { describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { dropTogether } from "./drop-together.ts";
import { keptEdges } from "./kept-edges.ts";
import { newRanking } from "./ranking-search.ts";

describe("dropTogether", () => {
  it("drops lots of edges, down to pairs, and never what is needed", async () => {
    using model = randomTask({ layers: 2, attnOnly: false }).model;
    const { graph } = model;
    const order = Uint32Array.from({ length: graph.edgeCount }, (_, edge) => edge);
    // A path that holds on to itself: with it nothing dangles.
    const path = ["Resid Start->MLP 0", "MLP 0->MLP 1", "MLP 1->Resid End"].map((edge) => graph.index(edge));
    let counted = 0;
    const count = async (masks: Float32Array) => {
      counted++;
      return [path.every((edge) => masks[edge] === 0) ? 1 : 0];
    };
    const found = newRanking(graph.edgeCount, [], new Float32Array(graph.edgeCount));
    found.together = Math.ceil(graph.edgeCount / 4);
    await dropTogether(found, { graph, order, need: 1, count, forward: true, largestBatch: 1 });
    expect(found.together).toBe(0);
    for (const edge of path) expect(found.mask[edge]).toBe(0);
    expect(keptEdges(found.mask)).toBeLessThanOrEqual(2 * path.length);
    expect(counted).toBeLessThan(graph.edgeCount / 2);
  });
});
