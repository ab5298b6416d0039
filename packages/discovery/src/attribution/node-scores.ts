import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { overPrompts, type PatchableModel, type PromptLoader, type SrcNode } from "@autocircuit/core";
import { Ablation, scope, Tensor } from "@autocircuit/native";
import { modelAndPrompts } from "../discovery-options.ts";
import { ownName, type WithAliases, withAliases } from "../own-names.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { betweenOutputs } from "./eap-ig-activations.ts";
import { lossOf } from "./losses.ts";
import { nodeGroups } from "./node-groups.ts";
import { requireGradient } from "./score-prompts.ts";
import { SliceGradients } from "./slice-gradients.ts";
import { maskFrom, requireNoLatents } from "./start-edges.ts";
import { pathSteps, usualSteps } from "./steps.ts";

/** Where the gradients of nodes are taken. */
export type NodeAlgorithm = "edge-attribution" | "eap-ig-inputs" | "clean-corrupted" | "eap-ig-activations";

/** The names of these algorithms. */
export const nodeAlgorithms: readonly NodeAlgorithm[] = [
  "edge-attribution",
  "eap-ig-inputs",
  "clean-corrupted",
  "eap-ig-activations",
];

/** Options of {@link nodeScores}. */
export interface NodeScoresOptions extends Omit<AttributionOptions, "onPrompt"> {
  /** Default `"edge-attribution"`. */
  readonly algorithm?: WithAliases<NodeAlgorithm> | undefined;
  /** Points of the integrated algorithms, `eap-ig-inputs` and `eap-ig-activations`. Default 5. */
  readonly steps?: number | undefined;
  /**
   * Where an MLP's gradient is taken: at its output (default), or at its input, before the norm, as the EAP-IG library does, whose difference
   * is the output's all the same. Sequential blocks only.
   */
  readonly mlpGradient?: "output" | "input" | undefined;
}

/** Scores of the sources of a graph. */
export interface NodeScores {
  readonly nodes: readonly SrcNode[];
  /** One number a node, the sum over its neurons. */
  readonly values: Float64Array;
  /** One number for each dimension of each node's output, `[node][dimension]`. */
  readonly neurons: readonly Float64Array[];
}

const { onPrompt: _, ...common } = attributionOptions;
const check = signature("nodeScores", modelAndPrompts, {
  ...common,
  algorithm: kind.oneOf(withAliases(nodeAlgorithms)),
  steps: pathSteps,
  mlpGradient: kind.oneOf(["output", "input"]),
} satisfies KindsOf<NodeScoresOptions>);

/**
 * Attribution of whole nodes and of single dimensions of their outputs: `(z_u(corrupt) - z_u(clean)) . dL/dz_u`, summed over batches and
 * positions, where gradients are those of the algorithm; a node's is the sum over its dimensions. Integrated gradients over inputs use
 * the points k = 1..m, so with the clean one and without the ablated one. Source: EAP-IG's `attribute_node` (Hanna, Pezzelle and Belinkov
 * 2024, arXiv:2403.17806; nodes as in Nanda 2023, "Attribution Patching"). In a graph of nodes the stream between the parts has scores too:
 * its own gradient, by all that reads it.
 *
 * Cost: as the algorithm of that name for edges.
 *
 * @throws AutocircuitError `bad-input` for steps 0, or steps of an algorithm without, latents, no prompts, gradients that are zero by construction, an MLP's input in
 *   parallel blocks; `not-finite`; `aborted`
 */
export async function nodeScores(
  model: PatchableModel,
  prompts: PromptLoader,
  options: NodeScoresOptions = {},
): Promise<NodeScores> {
  check({ model, prompts }, options);
  const { steps = usualSteps, mlpGradient = "output", ablation = "resample", signal, onProgress } = options;
  const algorithm = ownName<NodeAlgorithm>(options.algorithm ?? "edge-attribution");
  const { sources } = model.graph;
  requireNoLatents(model.graph, "nodeScores");
  requireGradients(model, prompts, { ...options, algorithm, mlpGradient });
  const loss = await lossOf(model, prompts, options);
  const sum = new Float64Array(sources.length * model.config.dModel);
  for await (const { batch, fold } of overPrompts(model, prompts, { ablation, signal, onProgress })) {
    const values = await fold<Tensor, number[]>(
      async (before, { slice, ablation, step }) => {
        const prepared = { ablation, loss: await loss(slice), perPrompt: false, signal };
        const of = new SliceGradients(model, slice, prepared);
        const part = (await scoresOf(of, algorithm, steps, mlpGradient)).mul(slice.size / batch.size);
        step();
        return before ? before.add(part) : part;
      },
      async (scores) => Array.from(await scores.reshape([-1]).data(), Number),
    );
    values.forEach((value, i) => {
      sum[i]! += value;
    });
  }
  const wrong = sum.findIndex((value) => !Number.isFinite(value));
  const nodeOf = (place: number) => sources[Math.floor(place / model.config.dModel)]!.name;
  if (wrong >= 0)
    throw new AutocircuitError(
      "not-finite",
      `The score of ${nodeOf(wrong)} is ${sum[wrong]}, not a number. Check weights and ablation.`,
    );
  const neurons = sources.map((_node, i) => sum.slice(i * model.config.dModel, (i + 1) * model.config.dModel));
  return { nodes: sources, values: Float64Array.from(neurons, (row) => row.reduce((a, b) => a + b, 0)), neurons };
}

function requireGradients(
  { config }: PatchableModel,
  prompts: PromptLoader,
  {
    algorithm,
    steps,
    mlpGradient,
    loss,
  }: Pick<NodeScoresOptions, "steps" | "mlpGradient" | "loss"> & { algorithm: NodeAlgorithm },
): void {
  if (prompts.promptCount === 0) throw new AutocircuitError("bad-input", "nodeScores: there are no prompts.");
  // The last of the points k = 1..m is the clean one.
  const integrated = algorithm === "eap-ig-inputs" || algorithm === "eap-ig-activations";
  if (steps !== undefined && !integrated)
    throw new AutocircuitError(
      "bad-input",
      `nodeScores: \`steps\` does nothing with the algorithm "${algorithm}", which integrates nothing: leave it out.`,
    );
  if (algorithm === "edge-attribution" || (integrated && steps === 1))
    requireGradient(loss, `nodeScores by ${algorithm}${integrated ? " with one step" : ""}`);
  if (mlpGradient === "input" && config.parallel)
    throw new AutocircuitError(
      "bad-input",
      "nodeScores: in parallel blocks the gradient at an MLP's input is not told from that at the heads' inputs; take it at the output.",
    );
}

/** Scores of a slice's prompts, `[S, D]`. */
async function scoresOf(
  slice: SliceGradients,
  algorithm: NodeAlgorithm,
  steps: number,
  mlpGradient: "output" | "input",
): Promise<Tensor> {
  const { graph } = slice.model;
  const clean = await slice.clean();
  const difference = await slice.difference();
  // A leaf stands for the ablation of each prompt.
  const ownRows = new Ablation(slice.ablation.sources.expand([...clean.shape]).clone());
  const atShare = async (share: number) =>
    slice.outputGradient({ start: await slice.startAt(share), ablation: ownRows });
  const points: (() => Promise<Tensor>)[] = [];
  if (algorithm === "edge-attribution") points.push(() => atShare(0));
  if (algorithm === "clean-corrupted")
    points.push(
      () => atShare(0),
      () => atShare(1),
    );
  if (algorithm === "eap-ig-inputs") for (let k = 1; k <= steps; k++) points.push(() => atShare(1 - k / steps));
  if (algorithm === "eap-ig-activations")
    for (const group of nodeGroups(graph))
      for (let k = 1; k <= steps; k++)
        points.push(async () => {
          // In a graph of nodes no edge brings the embedding to block 0.
          if (group.includes(graph.sources[0]!)) return await atShare(1 - k / steps);
          using between = new Ablation(betweenOutputs(clean, ownRows, k / steps));
          return await slice.outputGradient({
            mask: maskFrom(graph, (source) => group.includes(source), 1),
            ablation: between,
          });
        });
  let total: Tensor | undefined;
  for (const point of points) {
    const before = total;
    total = await scope(async () => {
      const gradient = await point();
      const taken = mlpGradient === "input" ? atMlpInputs(gradient, graph.sources) : gradient;
      const scored = taken.mul(difference).sum([1, 2]);
      return before ? before.add(scored) : scored;
    });
    before?.dispose();
  }
  return total!.div(points.length);
}

/**
 * Gradients at the sources' outputs with each MLP's replaced by that at its input. What a head of the block writes is read by the MLP and by
 * all that reads the MLP: the difference of the two is the MLP's own.
 */
function atMlpInputs(gradient: Tensor, sources: readonly SrcNode[]): Tensor {
  const rows = sources.map(({ kind, block }, i) => {
    const own = gradient.slice(0, i, i + 1);
    if (kind !== "mlp") return own;
    const head = sources.findIndex((source) => source.kind === "head" && source.block === block);
    return gradient.slice(0, head, head + 1).sub(own);
  });
  return Tensor.cat(rows);
}
