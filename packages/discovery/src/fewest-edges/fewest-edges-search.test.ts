import { describe, expect, it } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { random } from "../random.ts";
import { beginning } from "./beginning.ts";
import { FewestEdgesSearch } from "./fewest-edges-search.ts";
import { keptEdges } from "./kept-edges.ts";
import { newRanking } from "./ranking-search.ts";

const { model } = await withModelAnswers(randomTask({ promptCount: 2, seed: 4 }));
const { graph } = model;
const rankings = [await random(model, null, { seed: 1 }), await random(model, null, { seed: 2 })];
const orders = rankings.map((scores) => Uint32Array.from(scores.top(graph.edgeCount), ({ index }) => index));

/** A search in which rankings have a beginning that keeps enough, and a circuit that elimination has come to. */
function searchWith(...followed: { prefix: number; left: number; complete: boolean }[]): FewestEdgesSearch {
  const search = new FewestEdgesSearch(graph, rankings, {}, [0]);
  for (const [place, { prefix, left, complete }] of followed.entries()) {
    search.present = { ...newRanking(prefix, [], beginning(orders[place]!, left)), settled: true };
    search.finish(complete);
  }
  return search;
}

describe("how far a ranking led", () => {
  it("is no more than its shortest beginning where the time was over while elimination had more", () => {
    const search = searchWith({ prefix: 10, left: 14, complete: false });
    expect(search.led).toEqual([{ prefix: 10, size: 10, curve: [] }]);
    expect(keptEdges(search.smallest().mask)).toBe(10);
  });

  it("makes it the best where its beginning is smaller than another's circuit", () => {
    const search = searchWith({ prefix: 13, left: 12, complete: true }, { prefix: 10, left: 14, complete: false });
    const { mask, from } = search.smallest();
    expect([keptEdges(mask), from]).toEqual([10, 1]);
    expect(search.led.map(({ size }) => size)).toEqual([12, 10]);
  });

  it("counts what is dropped later of the best", () => {
    const search = searchWith({ prefix: 10, left: 14, complete: false }, { prefix: 12, left: 12, complete: true });
    expect(search.smallest().from).toBe(0);
    for (const edge of orders[0]!.subarray(6, 14)) search.mask![edge] = 1;
    expect(search.led.map(({ size }) => size)).toEqual([6, 12]);
    search.finishRest();
    expect(search.starts.map(({ size }) => size)).toEqual([6, 12]);
    expect(keptEdges(search.smallest().mask)).toBe(6);
  });
});
