import { AutocircuitError } from "@autocircuit/base";
import {
  dataSetSides,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
  runCircuits,
  sharePrefix,
} from "@autocircuit/core";
import { type AnswerFunction, acdc, followScores, type GradFunction, maskGradient } from "@autocircuit/discovery";
import { Tensor } from "@autocircuit/native";
import { ablationType } from "../ablation-names.ts";
import type { EdgeName } from "../patching/expected-case.ts";
import { checkScores, expectedScores } from "../patching/score-checks.ts";
import { toHost } from "../to-host.ts";
import { tieTolerance } from "../tolerance.ts";
import { type FeatureVariant, partsBelow, promptsWith, setsBelow } from "./feature-case.ts";

/** What `kvcache.json` says of a graph. */
interface ExpectedKvCache {
  /** Tokens that come from the cache; 0 for whole prompts. */
  prefix: number;
  patched: { edges: EdgeName[] }[];
  /** By type of patching, the sizes. */
  run_circuits: Record<string, number[]>;
  acdc_order?: (string | EdgeName)[];
}

type Variant = FeatureVariant<ExpectedKvCache>;

/** Prompts with a common prefix, whole or with its keys and values cached: logits, patched runs, gradients, ACDC, circuits. */
export async function checkKvCache(variant: Variant): Promise<void> {
  const { inputs, batchSize, expected, recorder, graph } = variant;
  if (inputs.shared_prefix === undefined)
    throw new AutocircuitError("bad-file", "inputs.json has no prompts in `shared_prefix`.");
  using prompts = promptsWith(inputs.shared_prefix.prompts, "answers", batchSize);
  if (expected.prefix === 0) return checkTails(variant, prompts);
  // Cutting takes whole prompts; a graph by token is then that of the tails.
  const whole = variant.model.withGraph({ seqLen: prompts.seqLen });
  using shared = await sharePrefix(whole, prompts, { limit: expected.prefix });
  recorder.equal("prefix", [shared.length, shared.kind], [expected.prefix, "one"]);
  recorder.equal("graph of the tails", shared.model.graph.equals(graph), true);
  await checkTails({ ...variant, model: shared.model, graph: shared.model.graph }, shared.prompts);
}

async function checkTails(variant: Variant, prompts: PromptLoader): Promise<void> {
  const { name, model, tensors, recorder } = variant;
  const first = prompts.batches[0]!;
  for (const side of ["clean", "corrupt"] as const) {
    const logits = await toHost(await model.forward(first[side], { sliced: false }));
    recorder.tensor(`logits/${side}`, logits, tensors.get(`${name}/logits/${side}`));
  }
  await recorder.attempt("patched", () => checkPatched(variant, prompts));
  for (const set of setsBelow(variant, "mask_gradient"))
    await recorder.attempt(`mask_gradient/${set}`, () => checkGradient(variant, prompts, set));
  for (const target of partsBelow(variant, "acdc"))
    await recorder.attempt(`acdc/${target}`, () => checkAcdc(variant, prompts, target as "kl_div" | "mse"));
  for (const [patch, sizes] of Object.entries(variant.expected.run_circuits))
    await recorder.attempt(`run_circuits/${patch}`, () => checkRuns(variant, prompts, patch, sizes));
}

async function checkPatched(variant: Variant, prompts: PromptLoader): Promise<void> {
  const { name, model, expected, tensors, recorder } = variant;
  const first = prompts.batches[0]!;
  for (const [i, { edges }] of expected.patched.entries()) {
    for (const type of partsBelow(variant, `patched/${i}`)) {
      using ablation = await ablationOf(model, prompts, type);
      const logits = await toHost(await model.forward(first.clean, { ablate: edges, ablation, sliced: false }));
      recorder.tensor(`patched/${i}/${type}`, logits, tensors.get(`${name}/patched/${i}/${type}`));
    }
  }
}

function ablationOf(model: PatchableModel, prompts: PromptLoader, name: string) {
  const type = ablationType(name);
  return model.ablations(dataSetSides(type) ? prompts : prompts.batches[0]!.corrupt, type);
}

async function checkGradient(variant: Variant, prompts: PromptLoader, set: string): Promise<void> {
  const { name, model, graph, tensors, recorder } = variant;
  const [gradFunction, answerFunction, at = "", ablation = "RESAMPLE"] = set.split("/");
  const { values } = await maskGradient(model, prompts, {
    gradFunction: gradFunction as GradFunction,
    answerFunction: answerFunction as AnswerFunction,
    ablation: ablationType(ablation),
    ...(at.startsWith("ig") ? { steps: Number(at.slice(2)) } : { maskValue: Number(at.slice("mask".length)) }),
  });
  checkScores(graph, values, tensors, `${name}/mask_gradient/${set}`, recorder.section(`mask_gradient/${set}`));
}

/** ACDC in the reference's order and, where rounding decides, by its decisions. Its thresholds are the scores that it gave. */
async function checkAcdc(variant: Variant, prompts: PromptLoader, target: "kl_div" | "mse"): Promise<void> {
  const { name, model, graph, expected, tensors, recorder } = variant;
  const set = `${name}/acdc/${target}`;
  const reference = expectedScores(graph, tensors, set);
  // As they were before they were stored as float32.
  const taus = [...new Set(reference)].filter(Number.isFinite).map((tau) => Number(tau.toPrecision(6)));
  const { decide } = followScores(reference, tieTolerance);
  const { values } = await acdc(model, prompts, { target, taus, order: expected.acdc_order!, decide });
  checkScores(graph, values, tensors, set, recorder.section(`acdc/${target}`), { decided: true });
}

async function checkRuns(variant: Variant, prompts: PromptLoader, patch: string, sizes: number[]): Promise<void> {
  const { name, model, graph, tensors, recorder } = variant;
  const scores = expectedScores(graph, tensors, `${name}/mask_gradient/logit/avg_diff/mask0`);
  using runs = await runCircuits(model, prompts, {
    scores: new PruneScores(graph, scores),
    sizes,
    patch: patch === "TREE_PATCH" ? "tree" : "edge",
  });
  const section = recorder.section(`run_circuits/${patch}`);
  section.equal(
    "sizes",
    runs.map(({ size }) => size),
    sizes,
  );
  for (const { size, logits } of runs)
    section.tensor(
      String(size),
      await toHost(Tensor.stack([...logits])),
      tensors.get(`${name}/run_circuits/${patch}/${size}`),
    );
}
