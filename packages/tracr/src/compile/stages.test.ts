import { describe, expect, test } from "vitest";
import { aggregate, indices, select, selectorWidth, tokens, tokensOf } from "../language/primitives.ts";
import type { SOp } from "../language/sop.ts";
import { makeHist } from "../library/counting-programs.ts";
import { makeFracPrevs, makePairBalance } from "../library/fraction-programs.ts";
import { makeDetectPattern, reverseProgram } from "../library/position-programs.ts";
import { allocate } from "./allocate.ts";
import { buildBlocks } from "./blocks.ts";
import { directionLabel } from "./direction.ts";
import { childrenFirst, programGraph } from "./graph.ts";
import { type CompileOptions, settingsOf } from "./options.ts";
import { inferOutputs } from "./value-sets.ts";

const number = tokensOf<number>();

function stages(program: SOp, options: CompileOptions) {
  const settings = settingsOf(options);
  const graph = programGraph(program);
  const outputs = inferOutputs(graph, settings);
  const allocation = allocate(graph, buildBlocks(graph, outputs, settings));
  const byLabel = <T>(map: ReadonlyMap<{ label: string }, T>) =>
    Object.fromEntries([...map].map(([node, x]) => [node.label, x]));
  return { graph, outputs: byLabel(outputs), halfLayers: byLabel(allocation.halfLayers), allocation };
}

describe("graph", () => {
  test("labels follow discovery, breadth first", () => {
    const { nodes } = programGraph(reverseProgram());
    expect(nodes.map(({ label, children }) => `${label}(${children.map((child) => child.label).join(" ")})`)).toEqual([
      "aggregate_1(select_2 tokens)",
      "select_2(indices map_3)",
      "tokens()",
      "indices()",
      "map_3(sequence_map_4)",
      "sequence_map_4(selector_width_5 indices)",
      "selector_width_5(select_6)",
      "select_6(tokens tokens)",
    ]);
  });

  test("copies of tokens share one node", () => {
    const { nodes } = programGraph(tokens.named("mine").eq(tokens.categorical()));
    expect(nodes.map(({ label }) => label)).toEqual(["sequence_map_1", "tokens"]);
  });

  test("children come first", () => {
    const order = childrenFirst(programGraph(reverseProgram())).map(({ label }) => label);
    expect(order.at(-1)).toBe("aggregate_1");
    expect(order.indexOf("selector_width_5")).toBeLessThan(order.indexOf("sequence_map_4"));
    expect(new Set(order).size).toBe(8);
  });
});

describe("value sets", () => {
  test("of the primitives, maps and aggregates", () => {
    const shifted = aggregate(select(indices, indices, "lt"), number.mul(10));
    const { outputs } = stages(shifted.add(indices), { vocab: [1, 2], maxSeqLen: 3 });
    expect(outputs.tokens!.values).toEqual([1, 2]);
    expect(outputs.indices!.values).toEqual([0, 1, 2]);
    expect(outputs.aggregate_2!.values).toEqual([10, 20]);
    expect(outputs.sequence_map_1!.basis.directions.map(directionLabel)).toEqual(
      [10, 11, 12, 20, 21, 22].map((v) => `sequence_map_1:${v}`),
    );
  });

  test("of means: tracr's, and all of them", () => {
    const program = makeFracPrevs(tokens.eq("a"));
    const means = (mode: "compatible" | "corrected") =>
      [...(stages(program, { vocab: ["a", "b"], maxSeqLen: 3, mode }).outputs.frac_prevs_1!.values as number[])].sort();
    expect(means("compatible")).toEqual([0, 1 / 3, 1 / 2, 1]);
    expect(means("corrected")).toEqual([0, 1 / 3, 1 / 2, 2 / 3, 1]);
  });

  test("a mean of nothing but ones can be the default 0 as well", () => {
    const program = makeFracPrevs(tokens.map(() => true));
    const { outputs } = stages(program, { vocab: ["a"], maxSeqLen: 2, mode: "corrected" });
    expect([...(outputs.frac_prevs_1!.values as number[])].sort()).toEqual([0, 0.5, 1]);
  });

  test("undefined results and arithmetic failures are no values", () => {
    const { outputs } = stages(
      number.map((x) => (x === 1 ? null : 1 / (x - 2))),
      { vocab: [1, 2, 3], maxSeqLen: 2, mode: "corrected" },
    );
    expect(outputs.map_1!.values).toEqual([1]);
  });
});

describe("allocation", () => {
  test("a level of attention and the level of MLPs after it share a layer", () => {
    const { halfLayers } = stages(makePairBalance(tokens, "(", ")"), { vocab: ["(", ")"], maxSeqLen: 4 });
    expect(halfLayers).toEqual({ bools_open_5: 1, bools_close_7: 1, opens_2: 2, closes_3: 2, pair_balance_1: 3 });
  });

  test("half-layers of reverse, and of a pattern of three", () => {
    expect(Object.values(stages(reverseProgram(), { vocab: [1, 2, 3], maxSeqLen: 5 }).halfLayers)).toEqual([
      6, 5, 3, 0,
    ]);
    const pattern = makeDetectPattern(tokens, ["a", "b", "c"]);
    const { halfLayers, allocation } = stages(pattern, { vocab: ["a", "b", "c"], maxSeqLen: 6 });
    expect(Object.values(halfLayers).sort()).toEqual([1, 1, 1, 2, 2, 3, 5]);
    expect(allocation.layers.map(({ heads, mlpNodes }) => [heads.length, mlpNodes.length])).toEqual([
      [0, 3],
      [2, 1],
      [0, 1],
    ]);
  });

  test("a selector width takes both halves of a layer", () => {
    const { allocation } = stages(makeHist(), { vocab: ["a"], maxSeqLen: 2 });
    expect(allocation.layers).toHaveLength(1);
    expect(allocation.layers[0]!.heads[0]!.node.label).toBe("hist_1");
    expect(allocation.layers[0]!.mlpNodes[0]!.label).toBe("hist_1");
  });

  test("empty halves in between stay empty, gaps of a whole layer close", () => {
    const twice = aggregate(
      select(indices, indices, "leq"),
      aggregate(select(indices, indices, "eq"), tokens)
        .eq("a")
        .numerical(),
    );
    const { allocation } = stages(twice, { vocab: ["a", "b"], maxSeqLen: 2 });
    expect(allocation.layers.map(({ heads, mlpNodes }) => [heads.length, mlpNodes.length])).toEqual([
      [1, 1],
      [1, 0],
    ]);
    const widths = selectorWidth(
      select(
        makeHist(),
        tokens.map((x) => x),
        "eq",
      ),
    );
    expect(stages(widths, { vocab: [1, 2], maxSeqLen: 2 }).allocation.layers).toHaveLength(2);
  });
});

describe("options", () => {
  test.each<[Partial<CompileOptions>, RegExp]>([
    [{ vocab: [] }, /vocab is empty/],
    [{ vocab: ["a", "compiler_bos"] }, /contains the bos token "compiler_bos": choose another name/],
    [{ vocab: ["a", "P"], pad: "P" }, /contains the pad token "P"/],
    [{ bos: "x", pad: "x" }, /bos and pad are both "x"/],
    [{ maxSeqLen: 0 }, /maxSeqLen is 0/],
    [{ maxSeqLen: 2.5 }, /maxSeqLen is 2.5/],
    [{ mlpExactness: 0 }, /mlpExactness is 0/],
    [{ vocab: [1, Number.NaN] }, /vocab contains NaN/],
  ])("%j is refused", (options, message) => {
    expect(() => settingsOf({ vocab: ["a"], maxSeqLen: 3, ...options })).toThrow(message);
  });

  test("repeated tokens count once", () => {
    expect(settingsOf({ vocab: ["a", "b", "a"], maxSeqLen: 3 }).vocab).toEqual(["a", "b"]);
  });
});
