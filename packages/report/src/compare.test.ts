import { AutocircuitError } from "@autocircuit/base";
import { describe, expect, it } from "vitest";
import { graphOf, reportOf, reverseByTokenReport, reverseReport, xproportionReport } from "../test/samples.ts";
import { compareWithKnown } from "./compare.ts";
import { verdict } from "./verdict.ts";

const graph = graphOf({ layers: 2, heads: 2 });
const edge = (name: string, score = 1, token: number | null = null) => ({ edge: name, token, score });

describe("compareWithKnown", () => {
  it("tells found, missed and extra edges apart", () => {
    const { edges, counts, exact } = compareWithKnown(xproportionReport());
    expect(edges.map((e) => [e.edge, e.status])).toEqual([
      ["A1.0->Resid End", "found"],
      ["MLP 0->A1.0.V", "found"],
      ["Resid Start->A1.0.K", "extra"],
      ["Resid Start->MLP 0", "missed"],
    ]);
    expect(counts).toEqual({ circuit: 0, found: 2, missed: 1, extra: 1 });
    expect(exact).toBe(false);
  });

  it("compares by token position", () => {
    const { edges, counts } = compareWithKnown(reverseByTokenReport());
    expect(counts).toEqual({ circuit: 0, found: 8, missed: 0, extra: 2 });
    expect(edges.filter((e) => e.status === "extra").map((e) => e.token)).toEqual([3, 3]);
  });

  it("sorts by absolute score, infinity first, NaN last, ties in network order", () => {
    const circuit = [
      edge("A0.0->Resid End", Number.NaN),
      edge("Resid Start->A0.1.Q", 0.5),
      edge("Resid Start->A0.0.Q", -0.5),
      edge("MLP 0->MLP 1", -2),
      edge("MLP 1->Resid End", Number.POSITIVE_INFINITY),
    ];
    const { edges } = compareWithKnown(reportOf({ graph, circuit }));
    expect(edges.map((e) => e.score)).toEqual([Number.POSITIVE_INFINITY, -2, -0.5, 0.5, Number.NaN]);
    expect(edges.every((e) => e.status === "circuit")).toBe(true);
  });

  it.each([
    ["an unknown node", edge("A7.0->Resid End"), "unknown-name", /A7\.0->Resid End.*Resid Start, A0\.0/s],
    ["a name that is no edge", edge("A0.0"), "unknown-name", /source->destination/],
    ["a token where the graph has none", edge("A0.0->Resid End", 1, 2), "bad-input", /not by token/],
  ])("refuses %s", (_, bad, code, message) => {
    const call = () => compareWithKnown(reportOf({ graph, circuit: [bad] }));
    expect(call).toThrow(AutocircuitError);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code }));
  });

  it("refuses positions outside a graph by token, and edges without one", () => {
    const byToken = graphOf({ layers: 1, heads: 1, seqLen: 4 });
    for (const token of [4, -1, 1.5, null]) {
      const report = reportOf({ graph: byToken, circuit: [edge("A0.0->Resid End", 1, token)] });
      expect(() => compareWithKnown(report)).toThrow(/positions 0 to 3/);
    }
  });

  it("refuses edges given twice, in either circuit", () => {
    const twice = [edge("A0.0->Resid End"), edge("A0.0->Resid End", 2)];
    expect(() => compareWithKnown(reportOf({ graph, circuit: twice }))).toThrow(/The circuit has .* twice/);
    const known = { name: "o", origin: "s", edges: twice };
    expect(() => compareWithKnown(reportOf({ graph, circuit: [], known }))).toThrow(/The known circuit has .* twice/);
  });

  it("refuses a wrong number of token labels, and a graph without nodes", () => {
    expect(() => compareWithKnown({ ...reverseByTokenReport(), tokenLabels: ["a"] })).toThrow(/1 token labels for 6/);
    const empty = { ...graph, nodes: { sources: [], destinations: [] } };
    expect(() => compareWithKnown(reportOf({ graph: empty, circuit: [] }))).toThrow(/0 sources/);
  });

  it("finds the ends of names that contain an arrow themselves", () => {
    const sources = [{ name: "a->b", layer: 0, head: null }];
    const destinations = [{ name: "c->d", layer: 1, head: null }];
    const report = reportOf({ graph: { ...graph, nodes: { sources, destinations } }, circuit: [edge("a->b->c->d")] });
    expect(compareWithKnown(report).edges[0]).toMatchObject({ src: 0, dest: 0 });
  });
});

describe("verdict", () => {
  const say = (report: Parameters<typeof verdict>[0]) => verdict(report, compareWithKnown(report));

  it("answers in one sentence", () => {
    expect(say(reverseReport())).toBe("Found exactly: all 2 known edges, and no other");
    expect(say(reverseByTokenReport())).toBe("Found all 8 known edges, 2 extra");
    expect(say(xproportionReport())).toBe("Found 2 of 3 known edges, 1 missed, 1 extra");
    expect(say({ ...xproportionReport(), circuit: [] })).toBe("Found 0 of 3 known edges, 3 missed, none extra");
    expect(say(reportOf({ graph, circuit: [edge("A0.0->Resid End")] }))).toBe(
      "Found a circuit of 1 edge of 46 in the graph",
    );
  });

  it("says what a circuit keeps, all only if it is all", () => {
    const report = reportOf({ graph, circuit: [edge("A0.0->Resid End")] });
    expect(say({ ...report, kept: { answers: 256, keptCount: 254 } })).toBe(
      "Keeps 99.2 % of 256 answers with 1 of 46 edges",
    );
    expect(say({ ...report, kept: { answers: 13, keptCount: 12, promptCount: 16, loaded: 256 } })).toContain(
      "eeps 92.3 % of the first 13 answers, not yet looked at on all 256 prompts, with ",
    );
    const faithful = { keptShare: 0.9221, promptCount: 24, heldOut: { keptShare: 0.8669, promptCount: 64 } };
    expect(say({ ...report, faithful })).toContain(
      "eeps 92.2 % of the logit difference on 24 prompts, 86.6 % on 64 others, with ",
    );
    expect(say({ ...report, faithful: { ...faithful, heldOut: null } })).toContain(
      "eeps 92.2 % of the logit difference on 24 prompts with ",
    );
    expect(say({ ...report, faithful: { ...faithful, keptShare: null } })).toBe(say(report));
    expect(say({ ...report, kept: { answers: 9999, keptCount: 9998 } })).toBe(
      "Keeps 99.9 % of 9,999 answers with 1 of 46 edges",
    );
    expect(say({ ...reverseReport(), kept: { answers: 1, keptCount: 1 } })).toBe(
      "Found exactly: all 2 known edges, and no other; keeps 100 % of 1 answer with 2 edges",
    );
  });
});
