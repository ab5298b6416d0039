import { describe, expect, it } from "vitest";
import { parseMarkup } from "../test/markup.ts";
import { reportOf } from "../test/samples.ts";
import { circuitSvg, circuitText, reportHtml } from "./index.ts";

const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;\${x} $& </style></svg>\x1b[2J\u202e`;
const src = `${evil} source`;
const dest = `${evil} target`;
const report = reportOf({
  title: evil,
  task: evil,
  algorithm: evil,
  options: { [evil]: evil, nested: { [evil]: [evil] } },
  graph: {
    layers: 1,
    heads: 1,
    attnOnly: false,
    parallel: false,
    nodes: { sources: [{ name: src, layer: 0, head: null }], destinations: [{ name: dest, layer: 1, head: 0 }] },
    edgeCount: 1,
    seqLen: 2,
  },
  tokenLabels: [evil, `${evil} 2`],
  circuit: [{ edge: `${src}->${dest}`, token: 0, score: 1 }],
  known: { name: evil, origin: evil, edges: [{ edge: `${src}->${dest}`, token: 1 }] },
  notes: [evil],
  divergence: { metric: evil, rows: [{ name: evil, value: 1, [evil]: evil }] },
  ablationTable: [{ circuit: evil, ablation: evil, kept: true }],
  curve: {
    metric: evil,
    unit: evil,
    points: ["a", evil].flatMap((series) => [0, 1].map((size) => ({ size, value: size, series }))),
    baseline: { name: evil, value: 0.5 },
  },
  command: `${evil}\nsecond line`,
  versions: { [evil]: evil },
});

describe("hostile names", () => {
  it("stay text in the diagram", () => {
    const elements = parseMarkup(circuitSvg(report));
    expect(elements.filter((e) => ["script", "img"].includes(e.name))).toEqual([]);
    expect(elements.some((e) => e.attributes["data-box"]?.includes("<script>alert(1)</script>"))).toBe(true);
  });

  it("stay text in the page, whose one script is its own", async () => {
    const page = await reportHtml(report);
    const elements = parseMarkup(page);
    expect(elements.filter((e) => e.name === "script")).toHaveLength(1);
    expect(elements.filter((e) => e.name === "img")).toEqual([]);
    expect(elements.flatMap((e) => Object.keys(e.attributes)).filter((name) => name.startsWith("on"))).toEqual([]);
    expect(elements.find((e) => e.name === "h1")!.text).toContain(`"><script>alert(1)</script>`);
  });

  it("give the terminal no control characters", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(circuitText(report)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });
});
