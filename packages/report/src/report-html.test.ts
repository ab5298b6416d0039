import { describe, expect, it } from "vitest";
import { parseMarkup, withClass } from "../test/markup.ts";
import {
  gpt2Report,
  graphOf,
  randomEdges,
  reportOf,
  reverseByTokenReport,
  xproportionReport,
} from "../test/samples.ts";
import { reportHtml } from "./report-html.ts";

describe("reportHtml", () => {
  it("puts the answer first, then diagram, notes, tables and the command", async () => {
    const elements = parseMarkup(await reportHtml(reverseByTokenReport()));
    const title = elements.find((e) => e.name === "h1")!;
    const answer = withClass(elements, "answer")[0]!;
    expect(answer.text).toBe("Found all 8 known edges, 2 extra");
    expect(elements.indexOf(answer)).toBe(elements.indexOf(title) + 1);
    expect(elements.filter((e) => e.name === "h2").map((e) => e.text)).toEqual([
      "Notes",
      "Edges, found beside known",
      "Divergence",
      "Output with everything outside the circuit ablated",
      "Run it again",
      "Options",
      "Versions",
    ]);
    expect(withClass(elements, "autocircuit-diagram")).toHaveLength(1);
    expect(elements.filter((e) => e.name === "code").map((e) => e.text)).toEqual([reverseByTokenReport().command]);
  });

  it("says in words what ∞, kept and changed mean", async () => {
    const page = await reportHtml(reverseByTokenReport());
    expect(page).toContain("∞: an edge that no threshold removed.");
    expect(page).toContain("Kept: by no more than rounding. Changed: by more.");
    expect(await reportHtml(xproportionReport())).not.toContain("∞");
  });

  it("says divergences once where the table of ablations has them all", async () => {
    const rows = [0.5, 2].map((value) => ({ name: `circuit of ${value}`, value, size: 3 }));
    const titles = async (kl: (number | null)[], more: object = {}) => {
      const divergence = { metric: "KL(full model || circuit), nats", rows: rows.map((row) => ({ ...row, ...more })) };
      const ablationTable = kl.map((kl) => ({
        circuit: "found",
        ablation: "resample",
        kl,
        maxAbsDiff: 1,
        kept: false,
      }));
      const page = await reportHtml({ ...reverseByTokenReport(), divergence, ablationTable });
      return parseMarkup(page).flatMap(({ name, text }) => (name === "h2" ? [text] : []));
    };
    expect(await titles([0.5, 2, 7])).not.toContain("Divergence");
    for (const kl of [[2], [null], []]) expect(await titles(kl)).toContain("Divergence");
    expect(await titles([0.5, 2, 7], { agreement: 1 })).toContain("Divergence");
  });

  it("says a curve of one point in words, and a unit once", async () => {
    const points = [{ size: 10, value: 0.5, series: "acdc" }];
    const curve = { metric: "KL(full model || circuit), nats", unit: "nats", points };
    const one = await reportHtml({ ...reverseByTokenReport(), curve });
    expect(one).toContain("KL(full model || circuit), nats: 0.5 with 10 edges (acdc). No other size was measured.");
    expect(one).not.toContain("autocircuit-curve");
    const two = await reportHtml({
      ...reverseByTokenReport(),
      curve: { ...curve, points: [...points, { size: 20, value: 0.1, series: "acdc" }] },
    });
    expect(two).toContain("autocircuit-curve");
    expect(two).not.toContain("nats (nats)");
  });

  it("shows how edges rank beside the known circuit, and training, where they are given", async () => {
    const points = [0, 1].map((rate) => ({ falsePositiveRate: rate, truePositiveRate: rate }));
    const page = await reportHtml({
      ...reverseByTokenReport(),
      roc: [{ task: "true", algorithm: "subnetwork-probing", points }],
      training: { loss: [2, 1], target: [1, 0.5], size: [1, 0.5] },
    });
    const elements = parseMarkup(page);
    const headings = elements.filter((e) => e.name === "h2").map((e) => e.text);
    expect(headings).toEqual(expect.arrayContaining(["Ranking beside the known circuit", "Training"]));
    const words = elements.filter((e) => e.name === "text").map((e) => e.text);
    expect(words).toEqual(expect.arrayContaining(["True Positive Rate", "Regularization"]));
  });

  it("draws intervals on the bars, a curve of stability, and the tests' verdicts", async () => {
    const plain = reverseByTokenReport();
    const limits = (score: number) => [score - 0.25, score + 0.25] as const;
    const circuit = plain.circuit.map((edge, i) => ({
      ...edge,
      score: i - 2,
      ...(i > 0 && { interval: limits(i - 2), frequency: 0.934 }),
    }));
    const points = [1, 2, 4].map((size) => ({ size, value: size / 4, series: "eap" }));
    const page = await reportHtml({
      ...plain,
      circuit,
      stability: { text: "Circuits of 4 edges are stable.", curve: { metric: "Jaccard", unit: "", points } },
      tests: [
        { test: "equivalence", passed: true, text: "As good as <the model>." },
        { test: "minimality", passed: false, text: "Two edges do too little." },
        { test: "independence", passed: null, text: "Cannot be tested." },
        { test: "sufficiency", passed: null, undecided: true, text: "Too few prompts." },
      ],
    });
    const elements = parseMarkup(page);
    const heads = elements.filter((e) => e.name === "h2").map((e) => e.text);
    expect(heads).toContain("How stable the circuit is");
    expect(heads).toContain("Tests of the circuit");
    const whiskers = withClass(elements, "whisker");
    expect(whiskers).toHaveLength(circuit.length - 1);
    for (const { attributes } of whiskers) {
      const [right, width] = Array.from(attributes.style!.matchAll(/[\d.]+/g), Number) as [number, number];
      expect(right + width).toBeLessThanOrEqual(100.1);
      expect(width).toBeGreaterThanOrEqual(0);
    }
    expect(page).toContain("93.4 %");
    expect(page).toContain("–\u00a0not\u00a0tested");
    expect(page).toContain("–\u00a0cannot\u00a0tell");
    expect(page).toContain("As good as &lt;the model&gt;.");
    expect(withClass(parseMarkup(await reportHtml(plain)), "whisker")).toHaveLength(0);
  });

  it("leaves words of tables whole, which scroll where the page is narrow", async () => {
    const page = await reportHtml(reverseByTokenReport());
    expect(/(^|\n)th,td\{[^}]*\}/.exec(page)![0]).not.toMatch(/overflow-wrap:anywhere|word-break/);
    expect(page).toMatch(/\.scroll\{overflow:auto/);
    // A picture that is wider than a phone says there that it scrolls.
    expect(page).toContain('<p class="sideways">Scroll sideways');
    const tables = parseMarkup(page).filter((e) => e.name === "table");
    expect(tables.length).toBeGreaterThan(2);
    for (const { parent } of tables) expect(parent!.attributes.class).toMatch(/^scroll/);
    // So does a table; its script looks whether it is wider than its box.
    expect(page.match(/Scroll sideways: the table is wider/g)).toHaveLength(tables.length);
    expect(page).toMatch(/\.scroll\.cut \.sideways\{display:block\}/);
    expect(page).toMatch(/figure\.curve svg\{min-width:0\}/);
  });

  it("lists every edge beside the known circuit", async () => {
    const elements = parseMarkup(await reportHtml(xproportionReport()));
    const rows = elements.filter((e) => e.name === "tr" && e.attributes["data-edge"] !== undefined);
    const cells = rows.map((row) => elements.filter((e) => e.name === "td" && e.parent === row).map((e) => e.text));
    expect(rows.map((row) => row.attributes.class)).toEqual(["found", "found", "extra", "missed"]);
    expect(cells.map((c) => [c[1], c[2]])).toEqual([
      ["A1.0->Resid End", "A1.0->Resid End"],
      ["MLP 0->A1.0.V", "MLP 0->A1.0.V"],
      ["Resid Start->A1.0.K", ""],
      ["", "Resid Start->MLP 0"],
    ]);
  });

  it("shows the curve where there is one", async () => {
    const page = await reportHtml(gpt2Report(20));
    expect(withClass(parseMarkup(page), "autocircuit-curve")).toHaveLength(1);
    expect(await reportHtml(xproportionReport())).not.toContain('class="autocircuit-curve"');
  });

  it("lists at most 2,000 edges and says so", async () => {
    const graph = graphOf({ layers: 12, heads: 12 });
    const page = await reportHtml(reportOf({ graph, circuit: randomEdges(graph, 2345) }));
    expect(page.match(/<tr class="circuit"/g)).toHaveLength(2000);
    expect(page).toContain("345 more edges with smaller scores are not listed.");
  });

  it("needs nothing from outside and is the same every time", async () => {
    const page = await reportHtml(gpt2Report(50));
    const foreign = page.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, "").match(/https?:|url\(|@import|<link|\ssrc=/);
    expect(foreign).toBeNull();
    expect((await reportHtml(gpt2Report(50))) === page).toBe(true);
  });

  it("keeps the lines of a long command", async () => {
    const command = "autocircuit discover ioi \\\n  --taus 0.1";
    const elements = parseMarkup(await reportHtml({ ...xproportionReport(), command }));
    expect(elements.find((e) => e.name === "code")!.text).toBe(command);
  });
});
