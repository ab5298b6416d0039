import { describe, expect, test } from "vitest";
import {
  allEdges,
  type CompiledModel,
  compileLibraryProgram,
  forward,
  groundTruthEdges,
  libraryPrograms,
} from "../src/index.ts";
import { partners, sampleInputs } from "./ablation-inputs.ts";

/** The circuits that ACDC's authors give for the two models, for zero ablation. */
const acdc = {
  reverse: [
    "A0.0->MLP 0",
    "A3.0->Resid End",
    "MLP 0->MLP 1",
    "MLP 1->MLP 2",
    "MLP 2->A3.0.Q",
    "Resid Start->A0.0.V",
    "Resid Start->A3.0.K",
    "Resid Start->A3.0.V",
    "Resid Start->MLP 0",
    "Resid Start->MLP 1",
  ],
  xproportion: ["A1.0->Resid End", "MLP 0->A1.0.V", "Resid Start->A1.0.K", "Resid Start->A1.0.Q", "Resid Start->MLP 0"],
};

/**
 * Ground-truth edges that no ablation shows, and why (docs/rasp.md explains the four reasons).
 * uniform: the selector is true everywhere, and a head that cannot see it attends uniformly as well.
 * fallback: carries only what makes BOS the answer where nothing is selected, and something always is.
 * sign: the reader only asks whether the mean is 0, and a mean over one more position (BOS) is 0 at the same inputs.
 */
const invisible: Readonly<Record<string, Readonly<Record<string, "uniform" | "fallback" | "sign">>>> = {
  reverse: { "Resid Start->A0.0.Q": "uniform", "Resid Start->A0.0.K": "uniform", "Resid Start->A3.0.Q": "fallback" },
  "reverse-named": {
    "Resid Start->A0.0.Q": "uniform",
    "Resid Start->A0.0.K": "uniform",
    "Resid Start->A3.0.Q": "fallback",
  },
  length: { "Resid Start->A0.0.Q": "uniform", "Resid Start->A0.0.K": "uniform" },
  "shuffle-dyck1": {
    "Resid Start->A0.0.Q": "uniform",
    "Resid Start->A0.0.K": "uniform",
    "Resid Start->A4.0.Q": "fallback",
    "Resid Start->A4.1.Q": "sign",
    "Resid Start->A4.1.K": "sign",
  },
  "shuffle-dyck2": {
    "Resid Start->A0.0.Q": "uniform",
    "Resid Start->A0.0.K": "uniform",
    "Resid Start->A5.0.Q": "fallback",
    "Resid Start->A6.0.Q": "sign",
    "Resid Start->A6.0.K": "sign",
  },
  "shuffle-dyck3": {
    "Resid Start->A0.0.Q": "uniform",
    "Resid Start->A0.0.K": "uniform",
    "Resid Start->A6.0.Q": "fallback",
    "Resid Start->A7.0.Q": "sign",
    "Resid Start->A7.0.K": "sign",
  },
  sort: { "Resid Start->A2.0.K": "fallback" },
  "sort-freq": { "Resid Start->A4.0.K": "fallback" },
};

/** A change of the output that is no leakage of the softmax. */
const visible = 1e-3;

interface Study {
  readonly model: CompiledModel;
  readonly cases: readonly { ids: number[]; run: ReturnType<typeof forward>; other: ReturnType<typeof forward> }[];
}

function study(model: CompiledModel): Study {
  const inputs = sampleInputs(model, 24).map((input) => model.input.encode(input));
  const runs = inputs.map((ids) => forward(model, ids));
  const others = partners(inputs);
  return { model, cases: inputs.map((ids, i) => ({ ids, run: runs[i]!, other: runs[others[i]!]! })) };
}

type Ablation = "zero" | "resample";

interface EffectOptions {
  /** Enough to know. */
  readonly stopAt?: number;
  readonly ablations?: readonly Ablation[];
}

/** Largest change of any output, the BOS position left out, under the given ablations. */
function effect({ model, cases }: Study, ablate: readonly string[], options: EffectOptions = {}): number {
  const { stopAt = Number.POSITIVE_INFINITY, ablations = ["zero", "resample"] } = options;
  let worst = 0;
  for (const { ids, run, other } of cases) {
    for (const ablation of ablations) {
      const { logits } = forward(model, ids, { ablate, ablation: ablation === "zero" ? "zero" : other });
      for (let i = model.config.dVocabOut; i < logits.length; i++) {
        worst = Math.max(worst, Math.abs(logits[i]! - run.logits[i]!));
      }
      if (worst >= stopAt) return worst;
    }
  }
  return worst;
}

describe.each(Object.keys(libraryPrograms))("%s", (name) => {
  const model = compileLibraryProgram(name);
  const edges = groundTruthEdges(model).map(({ edge }) => edge);
  const subject = study(model);

  test("ablating everything outside the circuit, by zero or from another input, changes nothing at all", () => {
    const inside = new Set(edges);
    const outside = allEdges(model.config).filter((edge) => !inside.has(edge));
    expect(outside.length + edges.length).toBe(allEdges(model.config).length);
    expect(effect(subject, outside)).toBe(0);
  });

  test("ablating any edge of the circuit changes some output, but for the listed ones", { timeout: 120_000 }, () => {
    const unseen = edges.filter((edge) => effect(subject, [edge], { stopAt: visible }) < visible);
    expect(unseen.sort()).toEqual(Object.keys(invisible[name] ?? {}).sort());
  });
});

describe.each(["reverse", "sort", "pair-balance", "detect-pattern", "count-less-freq"])("%s, corrected", (name) => {
  test("ablating everything outside the circuit changes nothing at all", () => {
    const model = compileLibraryProgram(name, { mode: "corrected" });
    const inside = new Set(groundTruthEdges(model).map(({ edge }) => edge));
    expect(
      effect(
        study(model),
        allEdges(model.config).filter((edge) => !inside.has(edge)),
      ),
    ).toBe(0);
  });
});

test.each(["reverse", "xproportion"] as const)("the circuit of %s contains that of ACDC", (name) => {
  const edges = groundTruthEdges(compileLibraryProgram(name)).map(({ edge }) => edge);
  expect(edges).toEqual(expect.arrayContaining(acdc[name]));
  // What is left are the edges that no ablation shows.
  const extra = edges.filter((edge) => !acdc[name].includes(edge)).sort();
  expect(extra).toEqual(Object.keys(invisible[name] ?? {}).sort());
});

test.each([
  ["reverse", ["Resid Start->A3.0.V", "A3.0->Resid End"]],
  ["xproportion", ["Resid Start->MLP 0", "MLP 0->A1.0.V", "A1.0->Resid End"]],
])("resample ablation sees of %s the circuit published for it", (name, published) => {
  const subject = study(compileLibraryProgram(name));
  const seen = groundTruthEdges(subject.model)
    .map(({ edge }) => edge)
    .filter((edge) => effect(subject, [edge], { stopAt: visible, ablations: ["resample"] }) >= visible);
  expect(seen.sort()).toEqual([...published].sort());
});

test("an edge says what it carries", () => {
  const edges = groundTruthEdges(compileLibraryProgram("reverse"));
  const carries = Object.fromEntries(edges.map((edge) => [edge.edge, edge.carries]));
  expect(carries["Resid Start->A0.0.V"]).toEqual(["tokens:BOS"]);
  expect(carries["A0.0->MLP 0"]).toEqual(["selector_width_5_selector_width_attn_output"]);
  expect(carries["A3.0->Resid End"]).toEqual(["aggregate_1:1", "aggregate_1:2", "aggregate_1:3"]);
});
