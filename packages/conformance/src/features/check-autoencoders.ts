import { join } from "node:path";
import {
  dataSetSides,
  type Graph,
  type PatchableModel,
  type PromptLoader,
  type PrunedLatents,
  PruneScores,
  pruneLatents,
  runCircuits,
  unpackLatents,
} from "@autocircuit/core";
import { acdc, activationMagnitude, edgeAttribution, followScores } from "@autocircuit/discovery";
import { type Autoencoders, mapAutoencoders, placedAutoencoders, scope, Tensor } from "@autocircuit/native";
import { ablationType } from "../ablation-names.ts";
import { readJson } from "../check-patching.ts";
import { checkMaskGradients } from "../patching/check-scores.ts";
import { checkScores, expectedScores } from "../patching/score-checks.ts";
import type { Variant as PatchingVariant } from "../patching/variant.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import { toHost } from "../to-host.ts";
import { maxAbs, tieTolerance } from "../tolerance.ts";
import { type ExpectedAutoencoder, readAutoencoders } from "./autoencoder-case.ts";
import { checkGraph, type FeatureGraph, type FeaturePrompt, promptsWith } from "./feature-case.ts";
import { uniformByModule } from "./reference-noise.ts";

/** One variant, ready to be checked. */
interface Variant {
  name: string;
  /** With autoencoders. */
  model: PatchableModel;
  graph: Graph;
  autoencoders: Autoencoders;
  prompts: PromptLoader;
  expected: ExpectedAutoencoder;
  tensors: ExpectedTensors;
  recorder: Recorder;
}

/** What a variant with a graph is checked for. */
const CHECKS: Readonly<Record<string, (variant: Variant) => Promise<void>>> = {
  src_ablations: checkSourceOutputs,
  latent_means: checkLatentMeans,
  patched: checkPatched,
  fractional: checkFractional,
  mask_gradient: (variant) => checkMaskGradients(variant as unknown as PatchingVariant),
  edge_attribution: checkEdgeAttribution,
  activation_magnitude: checkMagnitude,
  run_circuits: checkRuns,
  acdc: checkAcdc,
};

/** Models whose MLPs were replaced by sparse autoencoders: pruning, logits, and all that is done with the graph of their latents. */
export async function checkAutoencoders(path: string, whole: PatchableModel, caseRecorder: Recorder): Promise<void> {
  const tensors = new ExpectedTensors(join(path, "autoencoder.safetensors"));
  const { prompts: pairs } = readJson(path, "inputs.json") as { prompts: FeaturePrompt[] };
  const { batch_size, variants } = readJson(path, "autoencoder.json") as {
    batch_size: number;
    variants: Record<string, ExpectedAutoencoder>;
  };
  using prompts = promptsWith(pairs, "answers", batch_size);
  for (const [name, expected] of Object.entries(variants)) {
    const recorder = caseRecorder.section(name);
    await recorder.attempt("autoencoders", () =>
      scope(async () => {
        const { separate_qkv: separateQkv = true, seq_len: seqLen = null } = expected;
        const plain = whole.withGraph({ separateQkv, byToken: seqLen !== null, seqLen });
        const given = readAutoencoders(path, expected.autoencoders, expected.autoencoder_input);
        const autoencoders = expected.prune
          ? await checkPruning(plain, given, prompts, expected.prune, recorder)
          : given;
        using model = plain.withAutoencoders(autoencoders);
        await checkLogits(name, model, prompts, tensors, recorder);
        if (expected.n_edges === undefined) return;
        const { graph } = model;
        checkGraph(graph, expected as FeatureGraph, recorder);
        const variant = { name, model, graph, autoencoders, prompts, expected, tensors, recorder };
        for (const [what, check] of Object.entries(CHECKS)) await recorder.attempt(what, () => check(variant));
      }),
    );
  }
}

/** Prunes as the reference does, compares, and goes on with the reference's choice: where two activations are alike either is right. */
async function checkPruning(
  model: PatchableModel,
  given: Autoencoders,
  prompts: PromptLoader,
  prune: NonNullable<ExpectedAutoencoder["prune"]>,
  recorder: Recorder,
): Promise<Autoencoders> {
  const { max_latents, include_corrupt, seq_len, activated, kept_counts, kl, kept } = prune;
  const pruned: PrunedLatents = await pruneLatents(model, given, prompts, {
    maxLatents: max_latents ?? undefined,
    pruneWithCorrupt: include_corrupt,
    byPosition: seq_len !== null,
    capByFirstBlock: true,
  });
  const to = recorder.section("prune");
  to.equal("activated", pruned.activated, activated);
  to.equal("kept", pruned.kept, kept);
  to.equal(
    "kept_counts",
    placedAutoencoders(pruned.autoencoders).map(({ autoencoder }) => autoencoder.encode.shape.at(-2)),
    kept_counts,
  );
  to.scalar("kl", pruned.prunedKl, kl);
  // AutoCircuit numbers latents that are kept anew.
  return mapAutoencoders(pruned.autoencoders, (one) => ({ ...one, latentNumbers: undefined }));
}

async function checkLogits(
  name: string,
  model: PatchableModel,
  prompts: PromptLoader,
  tensors: ExpectedTensors,
  recorder: Recorder,
): Promise<void> {
  for (const side of ["clean", "corrupt"] as const) {
    const logits = await toHost(await model.forward(prompts.batches[0]!.tokens(side), { sliced: false }));
    recorder.tensor(`logits/${side}`, logits, tensors.get(`${name}/logits/${side}`));
  }
}

/** What all sources write, those of latents multiplied out: `[S, B, P, D]`, in the graph's order. */
function written({ graph, autoencoders }: Variant, outputs: Tensor): Tensor {
  const { heads } = graph.config;
  const blocks = unpackLatents(graph, outputs).flatMap((latents, block) => {
    const { decode } = autoencoders.blocks[block]!;
    const rows = decode.shape.length === 3 ? decode.unsqueeze(0) : decode.unsqueeze(0).unsqueeze(0);
    const before = 1 + block * (heads + 1);
    return [outputs.slice(0, before, before + heads), latents.unsqueeze(3).mul(rows).permute([2, 0, 1, 3])];
  });
  return Tensor.cat([outputs.slice(0, 0, 1), ...blocks]);
}

async function checkSourceOutputs(variant: Variant): Promise<void> {
  const { name, model, prompts, tensors, recorder } = variant;
  const key = "src_ablations/RESAMPLE";
  if (!tensors.has(`${name}/${key}`)) return;
  using outputs = await model.sourceOutputs(prompts.batches[0]!.corrupt);
  recorder.tensor(key, await toHost(written(variant, outputs)), tensors.get(`${name}/${key}`));
}

async function checkLatentMeans(variant: Variant): Promise<void> {
  const { name, model, prompts, tensors, recorder } = variant;
  using outputs = await model.sourceOutputs(prompts.batches[0]!.clean);
  const means = written(variant, outputs).mean([1, 3]);
  recorder.tensor("latent_means", await toHost(means), tensors.get(`${name}/latent_means`));
}

async function checkPatched({ name, model, prompts, expected, tensors, recorder }: Variant): Promise<void> {
  const { clean, corrupt } = prompts.batches[0]!;
  for (const [i, { edges }] of (expected.patched ?? []).entries()) {
    for (const type of ["RESAMPLE", "ZERO", "TOKENWISE_MEAN_CORRUPT", "BATCH_ALL_TOK_MEAN"]) {
      const ablation = ablationType(type);
      using values = await model.ablations(dataSetSides(ablation) ? prompts : corrupt, ablation);
      const logits = await toHost(await model.forward(clean, { ablate: edges, ablation: values, sliced: false }));
      recorder.tensor(`patched/${i}/${type}`, logits, tensors.get(`${name}/patched/${i}/${type}`));
    }
  }
}

async function checkFractional({ name, model, graph, prompts, tensors, recorder }: Variant): Promise<void> {
  const { clean, corrupt } = prompts.batches[0]!;
  using ablation = await model.ablations(corrupt, "resample");
  const mask = Float32Array.from(uniformByModule(graph));
  const logits = await toHost(await model.forward(clean, { ablate: mask, ablation, sliced: false }));
  recorder.tensor("fractional/logits", logits, tensors.get(`${name}/fractional/logits`));
}

/** The reference's fails on such graphs; the mask gradient at 0 is that number. */
async function checkEdgeAttribution({ name, model, graph, prompts, tensors, recorder }: Variant): Promise<void> {
  const { values } = await edgeAttribution(model, prompts, { answerFunction: "avg_diff" });
  checkScores(
    graph,
    values,
    tensors,
    `${name}/mask_gradient/logit/avg_diff/mask0`,
    recorder.section("edge_attribution"),
  );
}

async function checkMagnitude({ name, model, graph, prompts, tensors, recorder }: Variant): Promise<void> {
  const set = `${name}/activation_magnitude`;
  if (tensors.names(`${set}/`).length === 0) return;
  const { values } = await activationMagnitude(model, prompts);
  checkScores(graph, values, tensors, set, recorder.section("activation_magnitude"), {
    rounded: maxAbs(tensors.get(`${name}/latent_means`).data),
  });
}

async function checkRuns({ name, model, graph, prompts, expected, tensors, recorder }: Variant): Promise<void> {
  const set = `${name}/mask_gradient/logit/avg_diff/mask0`;
  for (const [patch, sizes] of Object.entries(expected.run_circuits ?? {})) {
    using runs = await runCircuits(model, prompts, {
      scores: new PruneScores(graph, expectedScores(graph, tensors, set)),
      sizes,
      patch: patch === "TREE_PATCH" ? "tree" : "edge",
    });
    const to = recorder.section(`run_circuits/${patch}`);
    to.equal(
      "sizes",
      runs.map(({ size }) => size),
      sizes,
    );
    for (const { size, logits } of runs)
      to.tensor(
        String(size),
        await toHost(Tensor.stack([...logits])),
        tensors.get(`${name}/run_circuits/${patch}/${size}`),
      );
  }
}

async function checkAcdc({ name, model, graph, prompts, expected, tensors, recorder }: Variant): Promise<void> {
  const set = `${name}/acdc/kl_div`;
  if (tensors.names(`${set}/`).length === 0) return;
  const { decide, ties } = followScores(expectedScores(graph, tensors, set), tieTolerance);
  const scores = await acdc(model, prompts, {
    target: "kl_div",
    taus: [1e-3, 1e-2, 1e-1],
    order: expected.acdc_order!,
    decide,
  });
  checkScores(graph, scores.values, tensors, set, recorder.section("acdc/kl_div"), { decided: true });
  for (const { edge, increase, tau } of ties)
    recorder
      .section("acdc/kl_div")
      .note(`${graph.edge(edge)} raises the divergence by ${increase} at tau ${tau}: rounding decides`);
}
