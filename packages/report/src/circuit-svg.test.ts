import { describe, expect, it } from "vitest";
import { parseMarkup, withClass } from "../test/markup.ts";
import {
  attentionOnlyReport,
  gpt2Report,
  graphOf,
  reportOf,
  reverseByTokenReport,
  reverseReport,
  xproportionReport,
} from "../test/samples.ts";
import { circuitSvg } from "./circuit-svg.ts";
import { compareWithKnown } from "./compare.ts";

describe("circuitSvg", () => {
  it.each([
    ["tracr-reverse", reverseReport()],
    ["tracr-reverse by token", reverseByTokenReport()],
    ["tracr-xproportion", xproportionReport()],
    ["attention only", attentionOnlyReport()],
    ["300 edges", gpt2Report(300)],
  ])("draws every edge of %s once, with its class and a tooltip", (_, report) => {
    const elements = parseMarkup(circuitSvg(report, { fold: false }));
    const { edges } = compareWithKnown(report);
    const drawn = withClass(elements, "edge").map((e) => {
      const title = elements.find((t) => t.parent === e && t.name === "title")!.text;
      expect(title).toContain(e.attributes["data-edge"]);
      expect(elements.filter((t) => t.parent === e && t.attributes.class === "line")).toHaveLength(1);
      expect(elements.filter((t) => t.parent === e && t.attributes.class === "tip")).toHaveLength(1);
      return `${e.attributes.class} ${e.attributes["data-edge"]} ${e.attributes["data-token"] ?? null}`;
    });
    expect(drawn.sort()).toEqual(edges.map((e) => `edge ${e.status} ${e.edge} ${e.token}`).sort());
  });

  it("says what an edge's source writes, where that is known", () => {
    const report = xproportionReport();
    const circuit = report.circuit.map((edge, i) => (i === 0 ? { ...edge, activation: 1.25 } : edge));
    const titles = parseMarkup(circuitSvg({ ...report, circuit }))
      .filter((e) => e.name === "title")
      .map((e) => e.text);
    expect(titles.filter((text) => text.includes("its source writes 1.25"))).toHaveLength(1);
    expect(titles.filter((text) => text.includes("its source writes"))).toHaveLength(1);
  });

  it("tells scores apart by sign, in place of the comparison, and leaves small ones out", () => {
    const report = xproportionReport();
    const scored = { ...report, circuit: report.circuit.map((edge, i) => ({ ...edge, score: [3, -2, 0.1][i % 3]! })) };
    const statuses = (svg: string) =>
      withClass(parseMarkup(svg), "edge")
        .map((e) => e.attributes.class)
        .sort();
    const drawn = statuses(circuitSvg(scored, { bySign: true }));
    expect(new Set(drawn)).toEqual(new Set(["edge circuit", "edge negative"]));
    expect(drawn).toHaveLength(report.circuit.length);
    const svg = circuitSvg(scored, { bySign: true, threshold: 1 });
    expect(statuses(svg)).toHaveLength(scored.circuit.filter(({ score }) => Math.abs(score) >= 1).length);
    const negative = scored.circuit.filter(({ score }) => score < 0).length;
    const words = parseMarkup(svg)
      .filter((e) => e.name === "text")
      .map((e) => e.text);
    expect(words).toContain(`score below zero: ${negative}`);
    expect(words.join(" ")).toMatch(/Drawn: \d of \d edges/);
    expect(svg).toContain("below zero)");
    // Beside a known circuit its missed edges, which have no score, stay.
    expect(statuses(circuitSvg(scored, { threshold: 100 }))).toEqual(["edge missed"]);
    expect(() => circuitSvg(scored, { threshold: -1 })).toThrow(/`threshold`/);
  });

  it("tells the three kinds apart by dash and tip, not by color alone", () => {
    const svg = circuitSvg(xproportionReport());
    const elements = parseMarkup(svg);
    const tip = (status: string) => {
      const edge = withClass(elements, "edge", status)[0]!;
      const shape = elements.find((e) => e.parent === edge && e.attributes.class === "tip")!;
      return `${shape.name} ${shape.attributes.points?.split(" ").length ?? ""}`;
    };
    expect(new Set(["found", "missed", "extra"].map(tip)).size).toBe(3);
    const dashes = ["found", "missed", "extra"].map(
      (s) => new RegExp(`\\.${s} \\.line\\{stroke-dasharray:([^}]*)`).exec(svg)![1],
    );
    expect(new Set(dashes).size).toBe(3);
  });

  it("has one lane per position, named, with the edges of that position", () => {
    const elements = parseMarkup(circuitSvg(reverseByTokenReport()));
    const lanes = withClass(elements, "lane");
    expect(lanes.map((lane) => lane.attributes["data-tokens"])).toEqual(["0", "1", "2", "3", "4", "5"]);
    for (const lane of lanes) {
      const token = lane.attributes["data-tokens"];
      const inside = withClass(elements, "edge").filter((e) => e.parent === lane);
      expect(inside.map((e) => e.attributes["data-token"])).toEqual(token === "0" ? [] : [token, token]);
      const labels = withClass(elements, "lane-label").filter((e) => e.parent === lane);
      expect(labels.map((e) => e.text)).toEqual(token === "0" ? ["0: BOS", "0: BOS"] : [token, token]);
    }
  });

  it("draws long runs of positions without an edge as one lane, and says which they are", () => {
    const graph = graphOf({ layers: 4, heads: 4, seqLen: 40 });
    const circuit = [3, 4, 20].map((token) => ({ edge: "A0.0->Resid End", token, score: 1 }));
    const elements = parseMarkup(circuitSvg(reportOf({ graph, circuit })));
    const lanes = withClass(elements, "lane").map((lane) => lane.attributes["data-tokens"]);
    expect(lanes).toEqual(["0-2", "3", "4", "5-19", "20", "21-39"]);
  });

  it("outlines unused nodes of a small model, and leaves them out of a large one", () => {
    const small = withClass(parseMarkup(circuitSvg(reverseReport())), "box");
    expect(small).toHaveLength(10);
    expect(
      small.filter((box) => !box.attributes.class!.includes("unused")).map((b) => b.attributes["data-box"]),
    ).toEqual(["Resid Start", "A3.0", "Resid End"]);
    const report = gpt2Report(5);
    const boxes = withClass(parseMarkup(circuitSvg(report, { fold: false })), "box");
    const large = boxes
      .filter((box) => !box.attributes.class!.includes("band"))
      .map((box) => box.attributes["data-box"]);
    const ends = report.circuit.flatMap((e) => e.edge.replace(/\.[QKV]$/, "").split("->"));
    expect(new Set(large)).toEqual(new Set([...ends, "Resid Start", "Resid End"]));
  });

  it("draws the largest scores first when there are too many, and says so", () => {
    const report = gpt2Report(300);
    const svg = circuitSvg(report, { maxEdges: 40, fold: false });
    const drawn = withClass(parseMarkup(svg), "edge").map((e) => e.attributes["data-edge"]);
    expect(new Set(drawn)).toEqual(new Set(report.circuit.slice(0, 40).map((e) => e.edge)));
    expect(svg).toContain("Drawn: 40 of 300 edges, the highest scores.");
    expect(circuitSvg(report)).not.toContain("Drawn:");
  });

  it("keeps the known circuit when edges are left out", () => {
    const report = gpt2Report(100);
    const known = {
      name: "o",
      origin: "s",
      edges: report.circuit.slice(90).map(({ edge, token }) => ({ edge, token })),
    };
    const elements = parseMarkup(circuitSvg({ ...report, known }, { maxEdges: 20, fold: false }));
    expect(withClass(elements, "edge", "found")).toHaveLength(10);
    expect(withClass(elements, "edge", "extra")).toHaveLength(10);
  });

  it("draws wider what scores higher, and infinity widest", () => {
    const scores = [0.01, -0.3, 2, Number.POSITIVE_INFINITY];
    const names = ["Resid Start->MLP 0", "MLP 0->MLP 1", "A0.0->Resid End", "A1.0->Resid End"];
    const circuit = names.map((edge, i) => ({ edge, token: null, score: scores[i]! }));
    const elements = parseMarkup(circuitSvg(reportOf({ graph: graphOf({ layers: 2, heads: 1 }), circuit })));
    const widths = names.map((name) => {
      const edge = withClass(elements, "edge").find((e) => e.attributes["data-edge"] === name)!;
      return Number(
        elements.find((e) => e.parent === edge && e.attributes.class === "line")!.attributes["stroke-width"],
      );
    });
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(new Set(widths).size).toBe(4);
  });

  it("gives the same text for the same report, in whatever order its edges come", () => {
    const report = attentionOnlyReport();
    const shuffled = { ...report, circuit: [...report.circuit].reverse() };
    expect(circuitSvg(shuffled)).toBe(circuitSvg(report));
  });

  it("draws an empty circuit", () => {
    for (const graph of [graphOf({ layers: 12, heads: 12 }), graphOf({ layers: 2, heads: 4, seqLen: 9 })]) {
      const elements = parseMarkup(circuitSvg(reportOf({ graph, circuit: [] })));
      expect(withClass(elements, "edge")).toHaveLength(0);
    }
  });

  it("stays within sizes that can be looked at", () => {
    const size = (svg: string) => / width="(\d+)" height="(\d+)"/.exec(svg)!.slice(1).map(Number);
    const [smallWidth, smallHeight] = size(circuitSvg(reverseReport()));
    expect(smallWidth).toBeLessThan(700);
    expect(smallHeight).toBeLessThan(900);
    const large = circuitSvg(gpt2Report(500), { fold: false });
    const [width, height] = size(large);
    expect(width).toBeLessThan(1800);
    expect(height).toBeLessThan(3000);
    expect(large.length).toBeLessThan(400_000);
  });

  it("fetches nothing", () => {
    expect(circuitSvg(gpt2Report()).replace("http://www.w3.org/2000/svg", "")).not.toMatch(
      /https?:|url\(|@import|href/,
    );
  });

  it("refuses a limit that draws nothing", () => {
    for (const maxEdges of [0, -1, 1.5, Number.NaN]) {
      expect(() => circuitSvg(reverseReport(), { maxEdges })).toThrow(/`maxEdges` must be/);
    }
  });
});
