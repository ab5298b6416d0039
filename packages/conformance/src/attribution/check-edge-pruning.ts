import {
  ablatedShares,
  deterministicMasks,
  hardConcrete,
  keepProbabilities,
  keptByThreshold,
  softSparsity,
  sourcesOfEdges,
  sparsityTerm,
} from "@autocircuit/discovery";
import { klOfLogprobs, logprob } from "@autocircuit/metrics";
import { grad, scope, Tensor } from "@autocircuit/native";
import type { HostTensor, Recorder } from "../recorder.ts";
import type { AttributedCase } from "./attributed-case.ts";
import { edgesOfMatrix, matrixOf } from "./score-matrix.ts";

/** What `expected.json` says of a step of edge pruning. */
export interface PruningStep {
  /** Multipliers: two of the edges, two of the sources. */
  lambda: number[];
  /** Sparsities of edges and sources. */
  target: [number, number];
  kl: number;
  edge_sparsity: number;
  node_sparsity: number;
  edge_loss: number;
  node_loss: number;
  loss: number;
  grad_lambda: number[];
  soft_sparsity: number;
  kept_by_threshold: number;
}

type Pruned = AttributedCase<{ "edge-pruning"?: Record<string, PruningStep> }>;

/** Checks masks, loss and gradients of given steps of edge pruning on the first batch, and what is made of the trained numbers. */
export async function checkEdgePruning(found: Pruned, recorder: Recorder): Promise<void> {
  for (const [name, step] of Object.entries(found.expected["edge-pruning"]!))
    await recorder.attempt(name, () => checkStep(found, name, step, recorder.section(name)));
}

async function checkStep(
  { model, graph, prompts, tensors, cells }: Pruned,
  name: string,
  expected: PruningStep,
  recorder: Recorder,
): Promise<void> {
  const at = (part: string) => `edge-pruning/${name}/${part}`;
  const { shape } = tensors.get(at("mask"));
  const logAlpha = edgesOfMatrix(tensors, at("log_alpha"), cells);
  const given = (part: string) => Tensor.from(edgesOfMatrix(tensors, at(part), cells));
  const ofNodes = (part: string) => Tensor.from(Float32Array.from(tensors.get(at(part)).data));
  const batch = prompts.batches[0]!;
  await scope(async () => {
    const edgeLeaf = given("log_alpha").requireGrad();
    const nodeLeaf = ofNodes("node_log_alpha").requireGrad();
    const multipliers = Tensor.from(expected.lambda).requireGrad();
    const edges = hardConcrete(edgeLeaf, given("u"));
    const nodes = hardConcrete(nodeLeaf, ofNodes("node_u"));
    const mask = ablatedShares(edges, nodes, sourcesOfEdges(graph));
    using ablated = await model.ablations(batch.corrupt, "resample");
    const full = await model.forward(batch.clean);
    const logits = await model.forward(batch.clean, { ablate: mask, ablation: ablated });
    const kl = klOfLogprobs(logprob(full), logprob(logits)).mean();
    const edgeLoss = sparsityTerm(edges, multipliers.slice(0, 0, 2), expected.target[0]);
    const nodeLoss = sparsityTerm(nodes, multipliers.slice(0, 2, 4), expected.target[1]);
    const loss = kl.add(edgeLoss).add(nodeLoss);
    const [ofEdges, ofSources, ofMultipliers] = grad(loss, [edgeLeaf, nodeLeaf, multipliers]);
    const numbers = async (tensor: Tensor) => Array.from(await tensor.data(), Number);
    const matrix = (values: ArrayLike<number>) => matrixOf(values, cells, shape);
    const compare = (part: string, actual: HostTensor) => recorder.tensor(part, actual, tensors.get(at(part)));
    const list = async (tensor: Tensor): Promise<HostTensor> => ({ shape: tensor.shape, data: await numbers(tensor) });

    compare("mask", matrix(await numbers(edges)));
    compare("node_mask", await list(nodes));
    compare("logits", await list(logits));
    compare("grad/log_alpha", matrix(await numbers(ofEdges!)));
    compare("grad/node_log_alpha", await list(ofSources!));
    const scalars: [keyof PruningStep & string, Tensor][] = [
      ["kl", kl],
      ["edge_loss", edgeLoss],
      ["node_loss", nodeLoss],
      ["loss", loss],
      ["edge_sparsity", edges.mean().neg().add(1)],
      ["node_sparsity", nodes.mean().neg().add(1)],
    ];
    for (const [key, value] of scalars) recorder.scalar(key, Number(await value.item()), expected[key] as number);
    recorder.tensor("grad_lambda", await list(ofMultipliers!), { shape: [4], data: expected.grad_lambda });
    compare("keep_probability", matrix(keepProbabilities(logAlpha)));
    const deterministic = deterministicMasks(logAlpha);
    compare("deterministic", matrix(deterministic));
    recorder.scalar("soft_sparsity", softSparsity(deterministic), expected.soft_sparsity);
    const kept = keptByThreshold(deterministic).filter(Boolean).length;
    // The last edge hangs on rounding.
    const near = Math.abs(kept - expected.kept_by_threshold) <= 1;
    recorder.record("kept_by_threshold", near, `${kept} instead of ${expected.kept_by_threshold}`);
  });
}
