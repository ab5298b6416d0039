import { Graph } from "@autocircuit/core";
import { expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import type { FindCircuitOptions } from "./find-circuit-options.ts";
import { planOf } from "./plan-circuit.ts";

const { config } = randomTask().model;
const small = { config, graph: Graph.of(config) };
const large = { config, graph: Graph.of({ ...config, layers: 12, heads: 12, kvHeads: 12 }) };
const numbers = { config: { ...config, dVocabOut: 1 } };

it("chooses algorithm and size by the graph, the outputs and what is known", () => {
  const known = { ...large, hasKnownCircuit: true };
  const elsewhere = { ...large, knownElsewhere: true };
  const cases: [Parameters<typeof planOf>[0], FindCircuitOptions, object][] = [
    [small, {}, { algorithm: "acdc", keep: undefined, faithful: undefined }],
    [large, {}, { algorithm: "edge-attribution", keep: 0.99, faithful: undefined }],
    [known, {}, { algorithm: "edge-attribution", keep: undefined, faithful: undefined }],
    [elsewhere, {}, { algorithm: "edge-attribution", keep: undefined, faithful: 0.9 }],
    [elsewhere, { keep: 0.8 }, { algorithm: undefined, keep: 0.8, faithful: undefined }],
    [elsewhere, { size: 3 }, { algorithm: "edge-attribution", keep: undefined, faithful: undefined }],
    [{ ...small, knownElsewhere: true }, {}, { algorithm: "acdc", faithful: undefined }],
    [small, { algorithm: "relp" }, { algorithm: "relp", keep: 0.99 }],
    // Nothing keeps numbers: an algorithm that gives a circuit of its own, unless the size is said.
    [{ ...large, ...numbers }, {}, { algorithm: "acdc", keep: undefined, faithful: undefined }],
    [{ ...large, ...numbers }, { size: 3 }, { algorithm: "edge-attribution", keep: undefined }],
    [large, { size: { share: 0.005 } }, { size: Math.floor(large.graph.edgeCount / 200) }],
    // Options of no algorithm are ACDC's.
    [large, { options: { taus: [0.1] } }, { algorithm: "acdc", keep: undefined, faithful: undefined }],
  ];
  for (const [task, options, plan] of cases) expect(planOf(task, options)).toMatchObject(plan);
});

it("says what cannot be before anything is loaded", () => {
  const algorithm = "relp";
  for (const [task, options, says] of [
    [
      small,
      { size: { share: 1e-4 } },
      /`size: \{ share: 0.0001 \}` of the graph's \d+ edges is less than one: give a larger share/,
    ],
    [small, { size: { share: 1.5 } }, /`size` must be .*\{ share \}, above 0, at most 1/],
    [small, { size: 999 }, /`size` 999 is more than the graph has: give at most \d+/],
    [{ ...small, ...numbers }, { keep: 0.9 }, /instead of `keep` or `faithful` give `size`/],
    [{ ...small, ...numbers }, { algorithm }, /never just right or wrong/],
    [small, { tries: 3 }, /`tries` looks for smaller circuits that keep enough: give `keep` too/],
    [small, { size: 3, seconds: 3 }, /`seconds` limits the search/],
    [
      { ...small, graph: Graph.of(config, { seqLen: 6 }) },
      { algorithm, size: 3, select: "exact" },
      /leave `byToken` out/,
    ],
    [small, { algorithm, size: 0, select: "exact" }, /a connected circuit has at least one edge/],
    [
      small,
      { algorithm: "ground-truth" },
      /ground-truth starts from .* known circuit.* Give edges by `options.edges`, or/,
    ],
    [small, { algorithm: "constrained-probing", options: { circuitSizes: [3] } }, /Give edges by `options.knownEdges`/],
    [small, { algorithm: "circuit-probing" }, /as large as the known one, .* of its \d+ by `options.circuitSizes`/],
    [
      { ...small, hasKnownCircuit: true },
      { algorithm: "circuit-probing", options: { circuitSizes: [3, 999] } },
      /circuits of 3, 999 edges, and the graph of the task has \d+\. Give `options.circuitSizes: "true_size"`/,
    ],
    [
      { ...small, ...numbers },
      { algorithm: "mask-gradient", size: 3, options: { gradFunction: "prob" } },
      /with gradFunction prob is for models whose outputs are tokens.*Give `options.gradFunction: "logit"`, or/,
    ],
    [{ ...small, ...numbers }, { size: 3, options: { target: "kl-div" } }, /acdc with target kl-div is for/],
    [small, { keep: 0.9, options: { taus: [1] } }, /`options` is for one algorithm, and `keep` tries several/],
  ] as const)
    expect(() => planOf(task, options)).toThrow(says);
  // What is searched for by default may be searched for longer.
  expect(planOf(large, { seconds: 5, tries: 2 }).keep).toBe(0.99);
});
