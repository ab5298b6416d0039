import { MersenneTwister } from "@autocircuit/base";
import { expect, it } from "vitest";
import { bootstrap } from "./bootstrap.ts";
import { meanJaccard } from "./mean-jaccard.ts";
import { ResampledMeans } from "./means-by-product.ts";
import { resampledMeans } from "./resampled-means.ts";
import { rankingBuffers, topEdges } from "./top-edges.ts";

const draw = new MersenneTwister(11);
const uniform = () => draw.next() / 2 ** 32;
const numbers = (count: number, of: () => number) => Float32Array.from({ length: count }, of);

it.each([1, 7, 8, 9, 30])(
  "means are sums in the order in which %i prompts were drawn, to the last bit",
  (promptCount) => {
    // More than one block, and numbers whose sums depend on their order.
    const edgeCount = 1100;
    const rows = Array.from({ length: promptCount }, () =>
      numbers(edgeCount, () => (uniform() - 0.5) * 10 ** (12 * uniform())),
    );
    const draws = Array.from({ length: 40 }, () => Array.from({ length: promptCount }, () => draw.below(promptCount)));
    const plain = draws.map((drawn) =>
      Float64Array.from(rows[0]!.keys(), (edge) => {
        let sum = 0;
        for (const prompt of drawn) sum += rows[prompt]![edge]!;
        return (3 * sum) / drawn.length;
      }),
    );
    expect(resampledMeans(rows, draws, 3)).toEqual(plain);
    const lists = rows.map((row) => Array.from(row));
    expect(resampledMeans(lists, draws, 3)).toEqual(plain);
    if (promptCount > 1) expect(bootstrap(rows, { draws }).resampled).toEqual(resampledMeans(rows, draws));
  },
);

const [edgeCount, promptCount] = [9000, 37];

it.each([
  ["none", 1, 0, 0],
  ["some", 7.5, 1, edgeCount / 2],
  ["all", 60, edgeCount, edgeCount],
])(
  "means by products of matrices are those in order to the last bit, where %s of their sums may round",
  async (_, ...of) => {
    const [decades, fewest, most] = of;
    const rows = Array.from({ length: promptCount }, () =>
      numbers(edgeCount, () => (uniform() < 0.1 ? -0 : (0.5 + uniform()) * 10 ** (decades * (uniform() ** 4 - 0.6)))),
    ).map((row, i) => (i % 2 === 0 ? row : row.map((score) => -score)));
    const draws = Array.from({ length: 400 }, (_, i) =>
      Array.from({ length: 30 + (i % 9) }, () => draw.below(promptCount)),
    );
    const means = new ResampledMeans(rows, draws);
    expect(means.inOrder).toBeGreaterThanOrEqual(fewest);
    expect(means.inOrder).toBeLessThanOrEqual(most);
    for (const [from, to] of [
      [0, 40],
      [40, 50],
      [10, 60],
    ] as const)
      expect(await means.of(draws.slice(from, to))).toEqual(resampledMeans(rows, draws.slice(from, to)));
  },
);

it("the top edges of every size are those of a sorted list, equal ones by their numbers", () => {
  const sizes = [0, 1, 5, 6, 40, 99, 100];
  const buffers = rankingBuffers(100);
  for (const values of [3, 20, 1e9, 1]) {
    const ranks = Float64Array.from({ length: 100 }, () => draw.below(values) - 1);
    const sorted = [...ranks.keys()].sort((a, b) => ranks[b]! - ranks[a]! || a - b);
    const top = topEdges(ranks, sizes);
    expect(top).toHaveLength(100);
    for (const size of sizes)
      expect([...top.subarray(0, size)].sort((a, b) => a - b)).toEqual(sorted.slice(0, size).sort((a, b) => a - b));
    expect(topEdges(ranks, [7])).toHaveLength(7);
    // Buffers that hold what is left of another ranking.
    expect(topEdges(ranks, sizes, buffers)).toEqual(top);
  }
});

it("the mean Jaccard index is that of the sets, pair by pair", () => {
  const circuits = Array.from({ length: 12 }, () =>
    // Edge 0 is in every circuit, edges above 149 in none.
    topEdges(
      Float64Array.from({ length: 200 }, (_, edge) => (edge === 0 ? 1 : edge < 150 ? uniform() : -1)),
      [20, 90],
    ),
  );
  for (const size of [20, 90]) {
    const sets = circuits.map((circuit) => new Set(circuit.subarray(0, size)));
    const pairs = sets.flatMap((a, i) =>
      sets.slice(i + 1).map((b) => [...a].filter((edge) => b.has(edge)).length / new Set([...a, ...b]).size),
    );
    expect(meanJaccard(circuits, size, 200)).toBeCloseTo(pairs.reduce((sum, one) => sum + one) / pairs.length, 14);
  }
  expect(meanJaccard([circuits[0]!, circuits[0]!], 90, 200)).toBe(1);
});
