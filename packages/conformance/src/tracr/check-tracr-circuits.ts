import { basename, join } from "node:path";
import {
  type HasGraph,
  type KnownEdgesOptions,
  tracrReverseAcdcEdges,
  tracrReverseEdges,
  tracrXproportionAcdcEdges,
  tracrXproportionEdges,
} from "@autocircuit/circuits";
import { Circuit, type Edge, type PatchableModel, PromptLoader, PruneScores, runCircuits } from "@autocircuit/core";
import { type AcdcTarget, acdc, maskGradient, type WithAliases } from "@autocircuit/discovery";
import { FullModel, metrics } from "@autocircuit/metrics";
import { modelFromWeights } from "@autocircuit/models";
import { Tensor } from "@autocircuit/native";
import { compileLibraryProgram, transformerLensConfig } from "@autocircuit/tracr";
import { ablationType } from "../ablation-names.ts";
import { readJson, readPrompts } from "../check-patching.ts";
import type { CaseFolder } from "../find-cases.ts";
import type { EdgeName } from "../patching/expected-case.ts";
import { checkScores } from "../patching/score-checks.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import { toHost } from "../to-host.ts";

/** One graph of a tracr case. */
interface ExpectedTracrVariant {
  n_edges: number;
  official: Record<string, EdgeName[]>;
  ablated: Record<string, { max_abs_diff_from_full_model: number; kl: number | null; argmax_agreement: number }>;
  acdc_order: EdgeName[];
  /** Per threshold, the edges that remain. */
  "acdc/kl_div"?: Record<string, EdgeName[]>;
  "acdc/mse"?: Record<string, EdgeName[]>;
}

interface TracrVariant {
  name: string;
  model: PatchableModel;
  prompts: PromptLoader;
  expected: ExpectedTracrVariant;
  tensors: ExpectedTensors;
  recorder: Recorder;
}

const BATCH = 11;

/** The published circuits by the reference's function names. */
const OFFICIAL: Readonly<Record<string, (target: HasGraph, options?: KnownEdgesOptions) => Edge[]>> = {
  tracr_reverse_true_edges: tracrReverseEdges,
  tracr_reverse_acdc_edges: tracrReverseAcdcEdges,
  tracr_xproportion_official_edges: tracrXproportionEdges,
  tracr_xproportion_acdc_edges: tracrXproportionAcdcEdges,
};

/** Checks a compiled model: its published circuits, what ablating everything else does, mask gradients and ACDC. */
export async function checkTracrCircuits(folder: CaseFolder, recorder: Recorder): Promise<void> {
  const compiled = compileLibraryProgram(basename(folder.path).slice("tracr-".length));
  const numbers = compiled.output.encoding === "numerical";
  const tensors = new ExpectedTensors(join(folder.path, "expected.safetensors"));
  const file = readJson(folder.path, "expected.json") as { variants: Record<string, ExpectedTracrVariant> };
  using prompts = new PromptLoader(readPrompts(file), { batchSize: BATCH });
  const config = { ...transformerLensConfig(compiled) };
  using whole = await modelFromWeights(config, compiled.weights, {
    outputSlice: "not_first_seq",
    seqLen: prompts.seqLen,
  });
  for (const [name, expected] of Object.entries(file.variants)) {
    const model = whole.withGraph({ byToken: name === "by-token" });
    const variant: TracrVariant = { name, model, prompts, expected, tensors, recorder: recorder.section(name) };
    variant.recorder.equal("n_edges", model.graph.edgeCount, expected.n_edges);
    await variant.recorder.attempt("official", () => checkOfficial(variant));
    await variant.recorder.attempt("ablated", () => checkAblated(variant));
    await variant.recorder.attempt("mask_gradient", () => checkGradient(variant, numbers));
    await variant.recorder.attempt("acdc", () => checkTracrAcdc(variant));
  }
}

function checkOfficial({ model, expected, recorder }: TracrVariant): void {
  for (const [name, edges] of Object.entries(expected.official)) {
    const ours = OFFICIAL[name]!(model).map((edge) => String([edge.name, edge.token]));
    recorder.set(`official/${name}`, ours, edges.map(String));
    recorder.equal(`official/${name}/count`, ours.length, edges.length);
  }
}

async function checkAblated({ name, model, prompts, expected, tensors, recorder }: TracrVariant): Promise<void> {
  using full = new FullModel(model, prompts);
  for (const [key, scalars] of Object.entries(expected.ablated)) {
    const [official, ablation] = key.split("/") as [string, string];
    const circuit = Circuit.of(model.graph, OFFICIAL[official]!(model));
    const scores = new PruneScores(model.graph, circuit.mask());
    using runs = await runCircuits(model, prompts, { scores, sizes: [circuit.size], ablation: ablationType(ablation) });
    const section = recorder.section(`ablated/${key}`);
    section.tensor("logits", await toHost(Tensor.stack(runs[0]!.logits)), tensors.get(`${name}/ablated/${key}`));
    const measure = async (metric: "max-abs-diff" | "kl-clean" | "argmax-agreement") =>
      (await metrics[metric].measure(model, prompts, runs, { full }))[0]!.value;
    section.scalar("max_abs_diff_from_full_model", await measure("max-abs-diff"), scalars.max_abs_diff_from_full_model);
    section.scalar("argmax_agreement", await measure("argmax-agreement"), scalars.argmax_agreement);
    if (scalars.kl === null) section.equal("kl", model.config.dVocabOut, 1);
    else section.scalar("kl", await measure("kl-clean"), scalars.kl);
  }
}

async function checkGradient(
  { name, model, prompts, tensors, recorder }: TracrVariant,
  numbers: boolean,
): Promise<void> {
  const scores = await maskGradient(model, prompts, { answerFunction: numbers ? "mse" : "avg_diff" });
  checkScores(model.graph, scores.values, tensors, `${name}/mask_gradient`, recorder.section("mask_gradient"));
}

async function checkTracrAcdc({ name, model, prompts, expected, tensors, recorder }: TracrVariant): Promise<void> {
  for (const target of ["kl_div", "mse"] satisfies WithAliases<AcdcTarget>[]) {
    const remaining = expected[`acdc/${target}`];
    if (!remaining) continue;
    const options = { target, order: expected.acdc_order };
    const scores = await acdc(model, prompts, { ...options, taus: Object.keys(remaining).map(Number) });
    checkScores(model.graph, scores.values, tensors, `${name}/acdc/${target}`, recorder.section(`acdc/${target}`));
    for (const [tau, edges] of Object.entries(remaining)) {
      const single = await acdc(model, prompts, { ...options, taus: [Number(tau)] });
      const kept = [...single.circuitAt(Number.POSITIVE_INFINITY)].map((edge) => String([edge.name, edge.token]));
      recorder.set(`acdc/${target}/remaining at ${tau}`, kept, edges.map(String));
    }
  }
}
