import { describe, expect, it } from "vitest";
import { type Element, parseMarkup, withClass } from "../../test/markup.ts";
import { longByTokenReport } from "../../test/samples.ts";
import { type DrawnCircuit, drawCircuit } from "../circuit-svg.ts";
import { reportHtml } from "../report-html.ts";
import { phone } from "./fit-screen.ts";
import { tokenRuns } from "./token-runs.ts";

const lanesOf = (svg: string) => withClass(parseMarkup(svg), "lane");
const titlesOf = (svg: string) => parseMarkup(svg).flatMap(({ name, text }) => (name === "title" ? [text] : []));
const textsOf = (svg: string, kind: string) => withClass(parseMarkup(svg), kind).map(({ text }) => text);

/** Edges that lines stand for, and those that bands count. */
function accounted({ svg }: DrawnCircuit): number {
  const lines = withClass(parseMarkup(svg), "edge").flatMap((edge) => edge.attributes["data-edge"]!.split("; "));
  const counted = titlesOf(svg).flatMap((title) => / · ([\d,]+) edges? inside/.exec(title)?.[1] ?? []);
  return lines.length + counted.reduce((sum, n) => sum + Number(n), 0);
}

describe.each([
  ["of a few of 15 positions", longByTokenReport(15, [14, 10, 4, 2, 11, 5, 3])],
  ["of all of 6 positions", longByTokenReport(6, [5, 0, 1, 2, 3, 4])],
  ["of 40 positions", longByTokenReport(40, [...Array(40).keys()].toReversed())],
  ["of 25 heads a block", longByTokenReport(12, [11, 3, 7], 25, 480)],
])("a long circuit by token, %s", (_, report) => {
  it.each([
    ["a screen", {}, 1200],
    ["a phone at half its size", { screen: phone }, 740],
  ])("fits %s, and every edge is in it or counted in a band", (_, screen, widest) => {
    const folded = drawCircuit(report, {}, screen);
    expect(folded.width).toBeLessThan(widest);
    expect(folded.height).toBeLessThan(800);
    expect(accounted(folded)).toBe(report.circuit.length);
    const { blocks, positions } = folded.folded;
    expect(folded.svg).toContain(`Bands: ${blocks} block`);
    if (positions > 0) expect(folded.svg).toContain(`Upright bands: ${positions} position`);
  });

  it("has columns for all positions, in their order", () => {
    const spans = lanesOf(drawCircuit(report, {}).svg).map((lane) =>
      lane.attributes["data-tokens"]!.split("-").map(Number),
    );
    const positions = spans.flatMap(([first, last = first]) =>
      Array.from({ length: last! - first! + 1 }, (_, i) => first! + i),
    );
    expect(positions).toEqual([...Array(report.graph.seqLen).keys()]);
  });

  it("is whole where nothing is to be folded", () => {
    const whole = drawCircuit(report, { fold: false });
    expect(whole.folded).toEqual({ blocks: 0, positions: 0, heads: 0 });
    expect(withClass(parseMarkup(whole.svg), "edge")).toHaveLength(report.circuit.length);
  });
});

describe("positions that are folded", () => {
  const report = longByTokenReport(15, [14, 10, 4, 2, 11, 5, 3]);
  const folded = drawCircuit(report, {});

  it("are those of the weakest edges, and say which edges are within", () => {
    const strength = new Map<number, number>();
    for (const { token, score } of report.circuit) strength.set(token!, (strength.get(token!) ?? 0) + Math.abs(score));
    const ranked = [...strength].sort(([, a], [, b]) => b - a).map(([token]) => token);
    const elements = parseMarkup(folded.svg);
    const closed = withClass(elements, "closed");
    expect(closed.length).toBeGreaterThan(0);
    const edges = withClass(elements, "edge").map((edge) => Number(edge.attributes["data-token"]));
    const open = ranked.slice(0, ranked.length - folded.folded.positions);
    expect(new Set(edges)).toEqual(new Set(open));
    for (const box of closed) {
      const [first, last = first] = box.parent!.attributes["data-tokens"]!.split("-").map(Number);
      const inside = report.circuit.filter(({ token }) => token! >= first! && token! <= last!);
      const title = elements.find(({ name, parent }) => name === "title" && parent === box)!;
      expect(title.text).toMatch(new RegExp(` · ${inside.length} edges? inside$`));
      expect(Number(box.attributes["data-first"])).toBe(Math.min(...inside.map(({ token }) => token!)));
    }
  });

  it("lead to their own column of the whole picture", async () => {
    const elements = parseMarkup(await reportHtml(report));
    const [, , whole] = withClass(elements, "autocircuit-diagram");
    const within = (element: Element | null): boolean =>
      element !== null && (element === whole || within(element.parent));
    const lanes = withClass(elements, "lane").filter(within);
    const firsts = withClass(elements, "closed").map((box) => box.attributes["data-first"]!);
    expect(lanes.map((lane) => lane.attributes["data-tokens"])).toEqual(expect.arrayContaining(firsts));
  });

  it("stand in the page beside a picture for phones, and the whole one", async () => {
    const html = await reportHtml(report);
    const elements = parseMarkup(html);
    const kinds = elements.filter(({ name }) => name === "figure").map(({ attributes }) => attributes.class!);
    expect(kinds.slice(0, 3)).toEqual(["folded narrow", "folded", "unfolded wide tall"]);
    // Narrow windows shrink it, so they have a switch for its full size.
    expect(withClass(elements, "picture", "broad")).toHaveLength(1);
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(html).toContain(`Unfold ${folded.folded.blocks} blocks and positions<`);
  });
});

describe("heads that share a box", () => {
  const report = longByTokenReport(12, [11, 3, 7], 25, 480);

  it("are named in it: those of the weakest edges of their block at the position", () => {
    const { svg, folded } = drawCircuit(report, {});
    const elements = parseMarkup(svg);
    const boxes = withClass(elements, "heads");
    let named = 0;
    for (const box of boxes) {
      const lane = box.parent!;
      const text = (of: Element, kind: string) =>
        elements.find((e) => e.parent === of && (e.name === kind || e.attributes.class === kind))!.text;
      const shared = / with weaker edges: (.*) at position/.exec(text(box, "title"))![1]!.split(", ");
      expect(text(box, "label")).toBe(`${shared.length} more`);
      named += shared.length;
      const block = box.attributes["data-box"]!.split(" ")[0]!;
      const own = withClass(elements, "head")
        .filter((head) => head.parent === lane && head.attributes["data-box"]!.startsWith(`${block}.`))
        .map((head) => head.attributes["data-box"]!);
      expect(own.length).toBeGreaterThanOrEqual(2);
      const at = report.circuit.filter(({ token }) => String(token) === lane.attributes["data-tokens"]);
      const inBlock = (name: string) => name.replace(/\.[QKV]$/, "");
      const strength = (head: string) =>
        at.reduce((sum, e) => sum + (e.edge.split("->").map(inBlock).includes(head) ? Math.abs(e.score) : 0), 0);
      expect(Math.min(...own.map(strength))).toBeGreaterThanOrEqual(Math.max(...shared.map(strength)));
    }
    expect(boxes.length).toBeGreaterThan(0);
    expect(named).toBe(folded.heads);
    expect(svg).toContain("“More”: heads with weaker edges there.");
  });
});

describe("tokens of the first prompt only", () => {
  it("are marked where a column is named by one, and the mark is explained", () => {
    const report = { ...longByTokenReport(15, [14, 10, 4]), varyingTokens: [4, 10] };
    const { svg } = drawCircuit(report, {});
    const marked = textsOf(svg, "lane-label").filter((label) => label.endsWith("*"));
    expect(new Set(marked)).toEqual(new Set(["4: word4*", "10: word10*"]));
    expect(textsOf(svg, "small").join(" ")).toContain("*: the first prompt's token; other prompts have others");
  });

  it("have no mark where all prompts have the same, nor where no column is named by one", () => {
    const report = longByTokenReport(15, [14, 10, 4]);
    for (const varyingTokens of [undefined, [], [6]]) {
      expect(drawCircuit({ ...report, varyingTokens }, {}).svg).not.toContain("*");
    }
  });
});

describe("tokenRuns", () => {
  const alone = (token: number) => token === 2 || token === 6;

  it("puts neighbours together that have no column of their own", () => {
    expect(tokenRuns(9, alone, 2)).toEqual([
      [0, 1],
      [2, 2],
      [3, 5],
      [6, 6],
      [7, 8],
    ]);
  });

  it("leaves fewer than the shortest run apart", () => {
    expect(tokenRuns(9, alone, 3)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 5],
      [6, 6],
      [7, 7],
      [8, 8],
    ]);
  });
});
