import { describe, expect, it } from "vitest";
import { keptNumbers, latentReport } from "../../test/latent-samples.ts";
import { parseMarkup, withClass } from "../../test/markup.ts";
import { circuitSvg } from "../circuit-svg.ts";
import { compareWithKnown } from "../compare.ts";
import { reportHtml } from "../report-html.ts";
import type { CircuitReport } from "../types.ts";

const numbers = keptNumbers(120, 24576);
const labels = {
  [`MLP 1 Latent ${numbers[0]}`]: "years",
  [`MLP 0 Latent ${numbers[1]}`]: "names of <people> & places",
};
const few = latentReport({ layers: 3, heads: 2, mlp: numbers }, 5, 6, labels);
const many = latentReport({ layers: 3, heads: 2, mlp: numbers }, 300, 20);
const whole = (report: CircuitReport) => parseMarkup(circuitSvg(report, { fold: false, maxEdges: 5000 }));

const latentsOf = (report: CircuitReport) =>
  new Set(report.circuit.map(({ edge }) => edge.split("->")[0]!).filter((name) => name.includes(" Latent ")));

describe("latents in a diagram", () => {
  it("each have a box where they are few, named in full in the tooltip", () => {
    const elements = whole(few);
    const boxes = withClass(elements, "box", "latent");
    expect(new Set(boxes.map((box) => box.attributes["data-box"]))).toEqual(latentsOf(few));
    expect(withClass(elements, "box", "latents")).toEqual([]);
    for (const box of boxes) {
      const name = box.attributes["data-box"]!;
      const title = elements.find((e) => e.parent === box && e.name === "title")!.text;
      expect(title.startsWith(name)).toBe(true);
      const text = elements.find((e) => e.parent === box && e.attributes.class === "label")!.text;
      expect(text).toBe(`L${name.split(" ").at(-1)}`);
    }
  });

  it("are counted where they are many: named and counted are all of the circuit, also those whose edges are not drawn", () => {
    for (const maxEdges of [5000, 100]) {
      const elements = parseMarkup(circuitSvg(many, { fold: false, maxEdges }));
      const named = withClass(elements, "box", "latent").map((box) => box.attributes["data-box"]!);
      const shared = withClass(elements, "box", "latents");
      expect(shared.map((box) => box.attributes["data-box"])).toEqual(
        [0, 1, 2].map((block) => `MLP ${block} weaker latents`),
      );
      const counts = shared.map((box) => {
        const text = elements.find((e) => e.parent === box && e.attributes.class === "label")!.text;
        return Number(/^(\d+) more$/.exec(text)![1]);
      });
      expect(named).toHaveLength(3 * 5);
      expect(named.length + counts.reduce((sum, count) => sum + count, 0)).toBe(latentsOf(many).size);
    }
    const legend = (report: CircuitReport) =>
      whole(report)
        .flatMap((e) => (e.attributes.class === "small" ? e.text : []))
        .join(" ");
    expect(legend(many)).toContain("“More”: latents with weaker edges");
    expect(legend(few)).not.toContain("“More”");
    expect(legend(few)).toContain("L17: latent 17 of the autoencoder");
    expect(legend({ ...few, graph: { ...few.graph, latentsByPosition: true } })).toContain(
      "L17: what is number 17 among the latents kept at its position, another latent at each.",
    );
  });

  it("share lines where they share a box, of which each edge is one", () => {
    const lines = withClass(whole(many), "edge").map((edge) => edge.attributes["data-edge"]!);
    expect(lines.flatMap((edges) => edges.split("; ")).toSorted()).toEqual(
      many.circuit.map(({ edge }) => edge).toSorted(),
    );
    expect(lines.length).toBeLessThan(many.circuit.length / 2);
  });

  it("stand side by side above what they are of, on a ground of their own", () => {
    const svg = circuitSvg(many, { fold: false });
    const elements = parseMarkup(svg);
    const rect = (box: (typeof elements)[number]) => {
      const found = elements.find((e) => e.parent === box && e.name === "rect")!;
      return Object.fromEntries(["x", "y", "width", "height"].map((n) => [n, Number(found.attributes[n])]));
    };
    const frames = withClass(elements, "frame").map(({ attributes }) => ({
      left: Number(attributes.x),
      right: Number(attributes.x) + Number(attributes.width),
      top: Number(attributes.y),
      bottom: Number(attributes.y) + Number(attributes.height),
    }));
    expect(frames).toHaveLength(3);
    for (const block of [0, 1, 2]) {
      const owner = withClass(elements, "box", "mlp").find((box) => box.attributes["data-box"] === `MLP ${block}`)!;
      const [at, ...none] = frames.filter(({ top, bottom }) => rect(owner).y! > top && rect(owner).y! < bottom);
      expect(none).toEqual([]);
      const inside = withClass(elements, "box").filter((box) => {
        const { x, y } = rect(box) as { x: number; y: number };
        return x > at!.left && x < at!.right && y > at!.top && y < at!.bottom;
      });
      const names = inside.map((box) => box.attributes["data-box"]!);
      expect(names.every((name) => name.startsWith(`MLP ${block}`))).toBe(true);
      expect(names).toHaveLength(inside.length);
      expect(inside.filter((box) => rect(box).y! < rect(owner).y!)).toHaveLength(inside.length - 1);
    }
  });

  it("have what they stand for below their names, and beside them in the tooltip", () => {
    const [name] = [...latentsOf(few)];
    const { graph } = few;
    const sources = graph.nodes.sources.map((src) => (src.name === name ? { ...src, label: "years <b>" } : src));
    const report = { ...few, graph: { ...graph, nodes: { ...graph.nodes, sources } } };
    const elements = whole(report);
    const box = withClass(elements, "box", "latent").find((one) => one.attributes["data-box"] === name)!;
    const inside = elements.filter((e) => e.parent === box);
    expect(inside.filter((e) => e.attributes.class === "meaning").map((e) => e.text)).toEqual(["years <b>"]);
    expect(inside.find((e) => e.name === "title")!.text).toBe(`${name}: years <b>`);
  });

  it("of attention stand above the heads that read at their layer, of the stream above its bar; errors are named", () => {
    const report = latentReport(
      { layers: 2, heads: 2, attention: [7, 2], stream: { blocks: [0], latents: [900, 31] } },
      6,
      30,
    );
    const elements = whole(report);
    const top = (name: string) => {
      const box = withClass(elements, "box").find((one) => one.attributes["data-box"] === name)!;
      return Number(elements.find((e) => e.parent === box && e.name === "rect")!.attributes.y);
    };
    const sources = new Set(report.circuit.map(({ edge }) => edge.split("->")[0]!));
    const checked = ["Attention 0 Latent 7", "Attention 0 Latent 2", "Attention 0 Error"].filter((n) => sources.has(n));
    expect(checked.length).toBeGreaterThan(1);
    for (const name of checked) {
      expect(top(name)).toBeLessThan(top("A0.0"));
      expect(top(name)).toBeLessThan(top("Attention 0"));
    }
    const ofStream = ["Resid Post 0 Latent 900", "Resid Post 0 Error"].filter((name) => sources.has(name));
    expect(ofStream).toHaveLength(2);
    for (const name of ofStream) expect(top(name)).toBeLessThan(top("Resid Post 0"));
    const error = withClass(elements, "box", "error").map((box) => box.attributes["data-box"]);
    expect(error).toContain("Resid Post 0 Error");
  });

  it("in bands are counted", () => {
    const deep = latentReport({ layers: 12, heads: 12, mlp: numbers }, 500, 40);
    const elements = parseMarkup(circuitSvg(deep, { maxEdges: 5000 }));
    const titles = withClass(elements, "box", "band").map((b) => elements.find((e) => e.parent === b)!.text);
    const inBands = titles.map((text) => Number(/ · (\d+) latents?/.exec(text)?.[1] ?? 0));
    const named = withClass(elements, "box", "latent").length;
    const shared = withClass(elements, "box", "latents").map((box) =>
      Number.parseInt(elements.find((e) => e.parent === box && e.attributes.class === "label")!.text, 10),
    );
    expect(titles.length).toBeGreaterThan(0);
    expect(named).toBeGreaterThan(0);
    expect([named, ...inBands, ...shared].reduce((sum, count) => sum + count, 0)).toBe(latentsOf(deep).size);
  });

  it("have boxes in each position's lane where edges leave them there", () => {
    const report = latentReport({ layers: 2, heads: 2, mlp: numbers, seqLen: 3 }, 40, 10);
    const elements = whole(report);
    for (const lane of withClass(elements, "lane")) {
      const token = Number(lane.attributes["data-tokens"]);
      const here = new Set(
        report.circuit.flatMap(({ edge, token: at }) => (at === token ? [edge.split("->")[0]!] : [])),
      );
      const latents = [...here].filter((name) => name.includes(" Latent "));
      const boxes = withClass(elements, "box").filter((box) => box.parent === lane);
      const own = boxes.filter((box) => box.attributes.class!.split(" ").includes("latent"));
      expect(own.every((box) => here.has(box.attributes["data-box"]!))).toBe(true);
      const shared = boxes.filter((box) => box.attributes.class!.split(" ").includes("latents"));
      const counted = shared.map((box) => {
        const text = elements.find((e) => e.parent === box && e.attributes.class === "label")!.text;
        return text.startsWith("L") ? 1 : Number.parseInt(text, 10);
      });
      expect(own.length + counted.reduce((sum, count) => sum + count, 0)).toBe(latents.length);
    }
  });
});

describe("latents in a page", () => {
  it("are named in full in the table, with a column of labels where there are some", async () => {
    const [name] = [...latentsOf(few)];
    const { graph } = few;
    const sources = graph.nodes.sources.map((src) => (src.name === name ? { ...src, label: "years" } : src));
    const labelled = { ...few, graph: { ...graph, nodes: { ...graph.nodes, sources } } };
    const elements = parseMarkup(await reportHtml(labelled));
    const rows = elements.filter((e) => e.name === "tr" && e.attributes["data-edge"] !== undefined);
    expect(rows.map((row) => row.attributes["data-edge"])).toEqual(compareWithKnown(few).edges.map((e) => e.edge));
    for (const row of rows) {
      const cell = withClass(elements, "latent-label").find((e) => e.parent === row)!;
      expect(cell.text).toBe(row.attributes["data-edge"]!.startsWith(`${name}->`) ? "years" : "");
    }
    const without = await reportHtml(latentReport({ layers: 3, heads: 2, mlp: numbers }, 5, 6));
    expect(withClass(parseMarkup(without), "latent-label")).toEqual([]);
  });
});
