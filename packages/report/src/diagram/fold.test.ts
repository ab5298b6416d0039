import { describe, expect, it } from "vitest";
import { parseMarkup, withClass } from "../../test/markup.ts";
import { gpt2Report, graphOf, randomEdges, reportOf } from "../../test/samples.ts";
import { circuitSvg, drawCircuit } from "../circuit-svg.ts";
import { reportHtml } from "../report-html.ts";
import { boxesOf } from "./boxes.ts";
import { foldBlocks } from "./fold.ts";

const bandsOf = (svg: string) => withClass(parseMarkup(svg), "band");
const bundlesOf = (svg: string) => withClass(parseMarkup(svg), "edge").map((edge) => edge.attributes["data-edge"]!);

describe("foldBlocks", () => {
  const graph = graphOf({ layers: 5, heads: 2 });

  it("makes a band of neighbouring blocks that are not open", () => {
    const { rows, ofSrc, ofDest } = foldBlocks(boxesOf(graph), new Set([2]));
    expect(rows.map((row) => row.map(({ name }) => name))).toEqual([
      ["Resid Start"],
      ["blocks 0–1"],
      ["A2.0", "A2.1"],
      ["MLP 2"],
      ["blocks 3–4"],
      ["Resid End"],
    ]);
    rows.forEach((row, index) => {
      for (const box of row) expect(box.row).toBe(index);
    });
    const at = (name: string) => graph.nodes.sources.findIndex((node) => node.name === name);
    expect(ofSrc[at("A1.1")]!.name).toBe("blocks 0–1");
    expect(ofSrc[at("MLP 2")]!.name).toBe("MLP 2");
    const dest = graph.nodes.destinations.findIndex((node) => node.name === "A4.1.K");
    expect(ofDest[dest]).toMatchObject({ box: { name: "blocks 3–4" }, port: null });
  });

  it("changes nothing where all are open", () => {
    const boxes = boxesOf(graph);
    expect(foldBlocks(boxes, new Set([0, 1, 2, 3, 4]))).toEqual(boxes);
  });
});

describe("a long circuit", () => {
  const graph = graphOf({ layers: 30, heads: 9 });
  const report = reportOf({ graph, circuit: randomEdges(graph, 300, 7) });
  const folded = drawCircuit(report, {});

  it("fits a screen, and every edge is in it or counted in a band", () => {
    expect(folded.folded.blocks).toBeGreaterThan(0);
    expect([folded.width, folded.height].map((size) => size < 1100)).toEqual([true, true]);
    expect(folded.height).toBeLessThan(800);
    const drawn = bundlesOf(folded.svg).flatMap((edges) => edges.split("; "));
    expect(new Set(drawn).size).toBe(drawn.length);
    const inside = bandsOf(folded.svg).map(({ attributes }) => attributes["data-box"]!);
    expect(inside.every((name) => /^blocks? \d/.test(name))).toBe(true);
    const counted = [...folded.svg.matchAll(/<title>blocks? [\d–]+ · ([\d,]+) edges? inside</g)];
    expect(drawn.length + counted.reduce((sum, [, n]) => sum + Number(n), 0)).toBe(300);
    expect(folded.svg).toContain(`Bands: ${folded.folded.blocks} block`);
  });

  it("keeps the blocks of the strongest edges open", () => {
    const strongest = { edge: "A11.3->A17.2.V", token: null, score: 1e6 };
    const { svg } = drawCircuit({ ...report, circuit: [...report.circuit, strongest] }, {});
    const boxes = withClass(parseMarkup(svg), "box").map(({ attributes }) => attributes["data-box"]);
    expect(boxes).toEqual(expect.arrayContaining(["A11.3", "A17.2"]));
  });

  it("unfolds: every edge by itself, with the blocks that none touches as bands", () => {
    const whole = circuitSvg(report, { fold: false });
    expect(bundlesOf(whole).toSorted()).toEqual(report.circuit.map(({ edge }) => edge).toSorted());
    const few = reportOf({ graph: report.graph, circuit: [{ edge: "A3.1->A20.2.Q", token: null, score: 1 }] });
    const bands = bandsOf(circuitSvg(few)).map(({ attributes }) => attributes["data-box"]);
    expect(bands.toSorted()).toEqual(["blocks 0–2", "blocks 21–29", "blocks 4–19"]);
  });

  it("stands in the page folded and whole, with switches and names of their own", async () => {
    const elements = parseMarkup(await reportHtml(report));
    expect(withClass(elements, "autocircuit-diagram")).toHaveLength(2);
    const switches = elements.filter(({ attributes }) => attributes.type === "checkbox");
    expect(switches.map(({ attributes }) => attributes.id)).toEqual(["unfold", "full-size"]);
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it("a picture that fits is left whole", async () => {
  const small = gpt2Report(5);
  expect(drawCircuit(small, {}).folded).toEqual({ blocks: 0, positions: 0, heads: 0 });
  expect(await reportHtml(small)).not.toContain('type="checkbox"');
});
