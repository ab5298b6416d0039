import { describe, expect, test } from "vitest";
import { compile } from "../compile/compile.ts";
import { getAt } from "../compile/weights.ts";
import { indices, tokens } from "../language/primitives.ts";
import { compileLibraryProgram } from "../library/registry.ts";
import { apply } from "./apply.ts";
import { expressionNodes } from "./expression-nodes.ts";
import { forward } from "./forward.ts";
import { groundTruthEdges } from "./ground-truth.ts";
import { allEdges, destinationNodes, sourceNodes } from "./model-graph.ts";
import { programTable } from "./program-table.ts";

const reverse = compileLibraryProgram("reverse");

describe("the model of reverse", () => {
  test("outputs and trace of the published example", () => {
    const run = forward(reverse, [3, 0, 1, 2, 2, 0]);
    expect([...run.logits.subarray(3, 6)].map((x) => x.toPrecision(4))).toEqual(["1.000", "2.904e-13", "5.808e-13"]);
    expect(run.logits[3]).toBeCloseTo(0.9999994611106917, 15);
    expect(run.logits[0]).toBeCloseTo(1.07777e-6, 11);
    const dim = reverse.residualLabels.indexOf("selector_width_5_selector_width_attn_output");
    const scratch = run.sources.get("A0.0")!;
    const { dModel } = reverse.config;
    // BOS attends to itself, but for the leak to the five tokens; those attend to all six positions alike.
    const atBos = 1 / (1 + 5 * Math.exp(-100 / Math.sqrt(12)));
    for (const [p, expected] of [atBos, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6].entries()) {
      expect(scratch[p * dModel + dim]).toBeCloseTo(expected, 14);
    }
  });

  test("values and ids", () => {
    expect(apply(reverse, [1, 1, 2, 3, 2])).toEqual([2, 3, 2, 1, 1]);
    expect(reverse.input.encode([1, 3])).toEqual([3, 0, 2]);
    expect(reverse.input.decode([3, 0, 4])).toEqual(["BOS", 1, "compiler_pad"]);
    expect(reverse.output.values).toEqual([1, 2, 3]);
    expect([reverse.output.id(2), reverse.output.id("2")]).toEqual([1, -1]);
  });

  test("errors say what is possible", () => {
    expect(() => reverse.input.encode([1, 4])).toThrow(
      '4 is not in the vocabulary of this model, which is 1, 2, 3, "BOS"',
    );
    expect(() => reverse.input.encode([1, 1, 1, 1, 1, 1])).toThrow(
      "the input has 6 tokens but the model was compiled for 5",
    );
    expect(() => reverse.input.decode([9])).toThrow("ids 0 to 4");
    expect(() => forward(reverse, [])).toThrow("the model takes 1 to 6");
    expect(() => forward(reverse, [3, 7])).toThrow("7 is no token id");
    expect(() => forward(reverse, [3, 0], { ablate: ["A0.0->A9.9"] })).toThrow(
      'no edge "A0.0->A9.9" in this model; edges look like',
    );
    const short = forward(reverse, [3, 0]);
    expect(() => forward(reverse, [3, 0, 0], { ablate: ["A0.0->MLP 0"], ablation: short })).toThrow(
      "2 positions, this one 3",
    );
  });

  test("the unembedding picks the output basis", () => {
    const { weights, outputDims, config } = reverse;
    expect(outputDims).toEqual([0, 1, 2]);
    const shift = compileLibraryProgram("shift-by");
    expect(shift.outputDims[0]).toBeGreaterThan(0);
    shift.outputDims.forEach((d, j) => {
      expect(getAt(shift.weights["unembed.W_U"]!, [d, j])).toBe(1);
    });
    expect(weights["unembed.W_U"]!.data.reduce((a, b) => a + b)).toBe(config.dVocabOut);
  });
});

describe("edges", () => {
  test("are those of the patching library", () => {
    expect(allEdges(reverse.config)).toHaveLength(77);
    expect(allEdges(compileLibraryProgram("xproportion").config)).toHaveLength(23);
    expect(
      sourceNodes(reverse.config)
        .map(({ name }) => name)
        .slice(0, 3),
    ).toEqual(["Resid Start", "A0.0", "MLP 0"]);
    expect(
      destinationNodes(reverse.config)
        .map(({ name }) => name)
        .slice(0, 4),
    ).toEqual(["A0.0.Q", "A0.0.K", "A0.0.V", "MLP 0"]);
  });

  test("ablating all of them with another run gives that run", () => {
    const clean = reverse.input.encode([1, 2, 3, 1, 1]);
    const other = forward(reverse, reverse.input.encode([3, 3, 2, 1, 2]));
    const { logits } = forward(reverse, clean, { ablate: allEdges(reverse.config), ablation: other });
    logits.forEach((x, i) => {
      expect(x).toBeCloseTo(other.logits[i]!, 12);
    });
  });

  test("ablating an edge with the run itself changes nothing", () => {
    const ids = reverse.input.encode([1, 2, 3]);
    const clean = forward(reverse, ids);
    expect(forward(reverse, ids, { ablate: ["MLP 2->A3.0.Q"], ablation: clean }).logits).toEqual(clean.logits);
    expect(forward(reverse, ids, { ablate: ["MLP 2->A3.0.Q"] }).logits).not.toEqual(clean.logits);
  });

  test("a program of one map needs one layer and two edges", () => {
    const model = compile(tokens.eq("a"), { vocab: ["a", "b"], maxSeqLen: 2 });
    expect(groundTruthEdges(model).map(({ edge }) => edge)).toEqual(["Resid Start->MLP 0", "MLP 0->Resid End"]);
    expect(model.residualLabels).not.toContain("one");
  });
});

describe("the place of every expression", () => {
  test("of reverse", () => {
    expect(programTable(reverse)).toEqual([
      { expression: "aggregate_1", valueKind: "categorical", node: "A3.0", block: 3 },
      { expression: "select_2", valueKind: "selector", node: "A3.0", block: 3 },
      { expression: "tokens", valueKind: "categorical", node: "Resid Start", block: null },
      { expression: "indices", valueKind: "categorical", node: "Resid Start", block: null },
      { expression: "map_3", valueKind: "categorical", node: "MLP 2", block: 2 },
      { expression: "sequence_map_4", valueKind: "categorical", node: "MLP 1", block: 1 },
      { expression: "selector_width_5", valueKind: "categorical", node: "A0.0, MLP 0", block: 0 },
      { expression: "select_6", valueKind: "selector", node: "A0.0", block: 0 },
    ]);
  });

  test("of heads side by side", () => {
    const nodes = expressionNodes(compileLibraryProgram("pair-balance"));
    expect([nodes.get("opens_2"), nodes.get("closes_3")]).toEqual([["A1.0"], ["A1.1"]]);
  });

  test("a selector that two heads use is in both", () => {
    const model = compile(indices.add(tokens.map(() => 1)), { vocab: ["a"], maxSeqLen: 2 });
    expect(expressionNodes(model).get("map_2")).toEqual(["MLP 0"]);
  });
});
