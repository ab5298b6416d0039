import { readFileSync } from "node:fs";
import { join } from "node:path";
import { aliases } from "@autocircuit/core";
import { expect, it } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { acdc } from "./acdc/acdc.ts";
import { requireAlgorithmOptions } from "./algorithm-options.ts";
import { algorithms } from "./algorithms.ts";
import { eapIgInputs } from "./attribution/eap-ig-inputs.ts";
import { edgePruning } from "./edge-pruning/edge-pruning.ts";
import { fittingOptions } from "./find-circuit/fitting-options.ts";
import { trainKnockouts } from "./knockouts/train-knockouts.ts";
import { maskGradient } from "./mask-gradient.ts";
import type { OptionSpec } from "./named-algorithm.ts";
import { ownName, withAliases } from "./own-names.ts";
import { circuitProbing } from "./probing/circuit-probing.ts";
import { subnetworkProbing } from "./probing/subnetwork-probing.ts";
import { ugs } from "./ugs/ugs.ts";

const { model, prompts } = randomTask({ seed: 5 });

it("values have AutoCircuit's names too, beside their own", () => {
  expect(withAliases(["kl-div", "answer"])).toEqual(["kl-div", "answer", "kl_div"]);
  for (const [alias, own] of Object.entries(aliases.values)) {
    expect(ownName<string>(alias)).toBe(own);
    expect(ownName<string>(own)).toBe(own);
  }
  for (const name of ["answers", "toString", ""]) expect(ownName<string>(name)).toBe(name);
});

it("the page for who comes from there lists them", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/porting.md"), "utf8");
  const section = page.slice(page.indexOf("Values of options"), page.indexOf("Options have one name only"));
  const listed = [...section.matchAll(/^\| `(\w+)` +\| `([\w-]+)` +\|/gm)].map(([, alias, own]) => [alias, own]);
  expect(listed).toEqual(Object.entries(aliases.values));
});

it("no choice of an option is written with an underscore", () => {
  const rows = Object.values(algorithms).flatMap(({ options }): readonly OptionSpec[] => options);
  const choices = rows.flatMap(({ choices = [] }) => choices);
  expect(choices.length).toBeGreaterThan(20);
  expect(choices.filter((choice) => choice.includes("_"))).toEqual([]);
});

it.each([
  ["acdc", acdc, { target: "kl_div" }, { target: "kl-div" }],
  [
    "mask-gradient",
    maskGradient,
    { gradFunction: "logit_exp", answerFunction: "avg_val" },
    { gradFunction: "logit-exp", answerFunction: "avg-val" },
  ],
  ["eap-ig-inputs", eapIgInputs, { loss: "kl_div", steps: 2 }, { loss: "kl-div", steps: 2 }],
  ["eap-ig-inputs", eapIgInputs, { answerFunction: "max_diff", steps: 2 }, { answerFunction: "max-diff", steps: 2 }],
  [
    "subnetwork-probing",
    subnetworkProbing,
    { target: "logit_diff_percent", maskFunction: "hard_concrete", epochs: 2 },
    { target: "logit-diff-percent", maskFunction: "hard-concrete", epochs: 2 },
  ],
  [
    "circuit-probing",
    circuitProbing,
    { target: "wrong_answer", maskFunction: "hard_concrete", circuitSizes: [3], epochs: 2 },
    { target: "wrong-answer", maskFunction: "hard-concrete", circuitSizes: [3], epochs: 2 },
  ],
  ["edge-pruning", edgePruning, { target: "kl_div", epochs: 1 }, { target: "kl-div", epochs: 1 }],
  ["ugs", ugs, { target: "kl_div", epochs: 1, samples: 1 }, { target: "kl-div", epochs: 1, samples: 1 }],
] as const)("%s does the same by either name, and keeps its own", async (name, algorithm, other, own) => {
  requireAlgorithmOptions(name, other);
  const run = algorithm as typeof acdc;
  const [there, here] = [await run(model, prompts, other as never), await run(model, prompts, own as never)];
  expect(there.values).toEqual(here.values);
  expect(there.info).toEqual(here.info);
  expect(JSON.stringify(there.info)).not.toMatch(/kl_div|_percent|hard_concrete|avg_|max_|logit_exp|wrong_answer/);
});

it("so does the adversary of completeness", async () => {
  const scores = await maskGradient(model, prompts);
  const of = (target: "logit-diff" | "logit_diff", maskFunction: "hard-concrete" | "hard_concrete") =>
    trainKnockouts(model, prompts, { scores, size: 4, epochs: 2, target, maskFunction, countedBy: maskFunction });
  const [there, here] = [await of("logit_diff", "hard_concrete"), await of("logit-diff", "hard-concrete")];
  expect(there.values).toEqual(here.values);
  expect(there.info).toEqual(here.info);
});

it("options that are chosen for a task go by either name", () => {
  const task = { model, knownEdges: null };
  const of = (loss: string) => fittingOptions("eap-ig-inputs", task, { options: { loss }, ablation: "resample" });
  expect(of("kl_div")).toEqual(of("kl-div"));
  expect(of("kl_div")).not.toHaveProperty("answerFunction");
});
