import { describe, expect, it } from "vitest";
import { keptNumbers, latentReport } from "../../test/latent-samples.ts";
import {
  attentionOnlyReport,
  gpt2Report,
  graphOf,
  longByTokenReport,
  nodeGraphOf,
  randomEdges,
  reportOf,
  reverseByTokenReport,
} from "../../test/samples.ts";
import { compareWithKnown } from "../compare.ts";
import { shownLatents } from "../latents/shown-latents.ts";
import type { CircuitReport } from "../types.ts";
import { boxesOf } from "./boxes.ts";
import { desk, pictureOf } from "./fit-screen.ts";
import { contentsOf } from "./lanes.ts";
import { type Placed, place } from "./place.ts";
import type { PlacedBox } from "./placed-box.ts";

function layout(report: CircuitReport) {
  const comparison = compareWithKnown(report);
  const boxes = boxesOf(report.graph, shownLatents(report.graph, comparison.edges));
  const contents = contentsOf(report.graph, boxes, comparison, 500);
  return place(report, contents);
}

const random = (seed: number, count: number, shape: Parameters<typeof graphOf>[0]) => {
  const graph = graphOf(shape);
  return reportOf({ graph, circuit: randomEdges(graph, count, seed) });
};
const numbers = keptNumbers(60, 24576);
const labels = { [`MLP 1 Latent ${numbers[4]}`]: "years of the twentieth century, written as numbers" };
const stream = { blocks: [0, 1], latents: numbers };
const reports: [string, CircuitReport][] = [
  ["tracr-reverse by token", reverseByTokenReport()],
  ["attention only", attentionOnlyReport()],
  ["GPT-2 small", gpt2Report(500)],
  ["parallel, shared input", random(3, 30, { layers: 3, heads: 4, parallel: true, separateQkv: false })],
  ["one head", random(5, 40, { layers: 6, heads: 1 })],
  ["every edge", random(6, 9999, { layers: 3, heads: 3 })],
  ["5 latents", latentReport({ layers: 4, heads: 4, mlp: numbers }, 5)],
  ["500 latents", latentReport({ layers: 12, heads: 12, mlp: keptNumbers(200, 24576) }, 500, 40, labels)],
  [
    "latents everywhere",
    latentReport({ layers: 3, heads: 4, mlp: numbers, attention: numbers, stream }, 200, 40, labels),
  ],
  ["latents of parallel blocks", latentReport({ layers: 3, heads: 4, mlp: numbers, parallel: true }, 80, 30)],
  ["latents by token", latentReport({ layers: 3, heads: 4, mlp: numbers, seqLen: 4 }, 80, 30, labels)],
];

/** Points along a path of M, V and C commands. */
function points(path: string): [number, number][] {
  const out: [number, number][] = [];
  let [x, y] = [0, 0];
  for (const [, command, rest] of path.matchAll(/([MVC])([^MVC]*)/g)) {
    const n = rest!.trim().split(/\s+/).map(Number);
    if (command === "M") [x, y] = [n[0]!, n[1]!];
    const from = [x, y] as const;
    const at = (t: number): [number, number] => {
      if (command === "V") return [from[0], from[1] + (n[0]! - from[1]) * t];
      const mix = (a: number, b: number, c: number, d: number) =>
        a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + d * t ** 3;
      return [mix(from[0], n[0]!, n[2]!, n[4]!), mix(from[1], n[1]!, n[3]!, n[5]!)];
    };
    for (let i = 0; i <= 40 && command !== "M"; i++) out.push(at(i / 40));
    if (command !== "M") [x, y] = out.at(-1)!;
  }
  return out;
}

const inside = (b: PlacedBox, [x, y]: [number, number]) =>
  x > b.x - 1 && x < b.x + b.width + 1 && y > b.y + 0.5 && y < b.y + b.height - 0.5;

const folded = [longByTokenReport(15, [14, 10, 4, 2, 11, 5, 3]), longByTokenReport(12, [11, 3, 7], 25, 480)];
const pictures: [string, Placed][] = [
  ...reports.map(([name, report]): [string, Placed] => [name, layout(report)]),
  ...folded.map((report): [string, Placed] => [
    `${report.graph.seqLen} positions of ${report.graph.heads} heads, folded`,
    pictureOf(report, compareWithKnown(report), 500, desk).placed,
  ]),
];

describe.each(pictures)("layout of %s", (_, placed) => {
  it("draws no edge across a box", () => {
    for (const lane of placed.lanes) {
      for (const { line, path } of lane.lines) {
        const way = points(path);
        // Edges past folded blocks run behind their band, which spans the lane.
        const hit = lane.boxes.find((b) => b.box.kind !== "band" && way.some((point) => inside(b, point)));
        expect(hit?.box.name, `${line.edge.edge} crosses`).toBeUndefined();
      }
    }
  });

  it("starts every edge on its source and ends it below its destination, going up all the way", () => {
    for (const lane of placed.lanes) {
      const boxes = new Map(lane.boxes.map((b) => [b.box.id, b]));
      for (const { line, path, x, y } of lane.lines) {
        const [src, dest] = [boxes.get(line.src.id)!, boxes.get(line.dest.id)!];
        const way = points(path);
        const start = way[0]!;
        expect(start[1]).toBeCloseTo(src.y, 0);
        expect(start[0]).toBeGreaterThanOrEqual(src.x);
        expect(start[0]).toBeLessThanOrEqual(src.x + src.width);
        expect(y).toBeCloseTo(dest.y + dest.height, 5);
        expect(x).toBeGreaterThanOrEqual(dest.x);
        expect(x).toBeLessThanOrEqual(dest.x + dest.width);
        expect(way.every((p, i) => i === 0 || p[1] <= way[i - 1]![1] + 1e-6)).toBe(true);
      }
    }
  });

  it("keeps boxes apart and inside their lane, and lanes apart", () => {
    for (const [i, lane] of placed.lanes.entries()) {
      for (const [j, a] of lane.boxes.entries()) {
        expect(a.x).toBeGreaterThanOrEqual(0);
        expect(a.x + a.width).toBeLessThanOrEqual(lane.width + 1e-6);
        for (const b of lane.boxes.slice(j + 1)) {
          const apart = a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
          expect(apart, `${a.box.name} and ${b.box.name}`).toBe(true);
        }
      }
      const next = placed.lanes[i + 1];
      if (next) expect(lane.x + lane.width).toBeLessThan(next.x);
    }
  });

  it("enters a head through the port that the edge names", () => {
    for (const lane of placed.lanes) {
      for (const { line, x } of lane.lines) {
        if (line.port === null) continue;
        const box = lane.boxes.find((b) => b.box.id === line.dest.id)!;
        const third = Math.floor(((x - box.x) / box.width) * 3);
        expect("QKV"[third]).toBe(line.edge.edge.at(-1));
      }
    }
  });
});

describe("graphs of the samples", () => {
  it("have as many edges as those of the models they stand for", () => {
    expect(graphOf({ layers: 4, heads: 1 }).edgeCount).toBe(77);
    expect(graphOf({ layers: 4, heads: 1, seqLen: 6 }).edgeCount).toBe(462);
    expect(graphOf({ layers: 12, heads: 12 }).edgeCount).toBe(32491);
  });
});

describe("boxesOf", () => {
  it("makes one box of a head and its inputs, one row per layer", () => {
    const { rows } = boxesOf(graphOf({ layers: 2, heads: 2 }));
    expect(rows.map((row) => row.map((box) => box.name))).toEqual([
      ["Resid Start"],
      ["A0.0", "A0.1"],
      ["MLP 0"],
      ["A1.0", "A1.1"],
      ["MLP 1"],
      ["Resid End"],
    ]);
    expect(rows[1]![0]!.ports).toEqual(["Q", "K", "V"]);
    expect(rows[2]![0]).toMatchObject({ kind: "mlp", block: 0, ports: [] });
  });

  it("gives the residual stream of a node graph rows of its own", () => {
    const { rows } = boxesOf(nodeGraphOf(2, 2));
    expect(rows.map((row) => row.map((box) => box.name))).toEqual([
      ["Resid Start"],
      ["A0.0", "A0.1"],
      ["Resid Post 0"],
      ["A1.0", "A1.1"],
      ["Resid End"],
    ]);
  });
});
