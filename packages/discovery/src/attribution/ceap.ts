import { type KindsOf, kind, signature } from "@autocircuit/base";
import type { Graph, PatchableModel, PromptLoader, PruneScores } from "@autocircuit/core";
import { Ablation, scope, sourceRows, Tensor } from "@autocircuit/native";
import { modelAndPrompts } from "../discovery-options.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { scorePrompts } from "./score-prompts.ts";
import type { SliceGradients } from "./slice-gradients.ts";
import { maskFromStart, requireFactorized } from "./start-edges.ts";

/** Which end of the line the gradients of a step are taken at. */
export type CeapFrom = "corrupt" | "clean";

/** Options of {@link ceap}. */
export interface CeapOptions extends AttributionOptions {
  /** Steps between the two embeddings. Default 5. */
  readonly steps?: number | undefined;
  /** Where the line starts: each step's gradients are those at its beginning. Default `"corrupt"`; `"clean"` with one step is EAP. */
  readonly from?: CeapFrom | undefined;
}

const check = signature("ceap", modelAndPrompts, {
  ...attributionOptions,
  steps: kind.count,
  from: kind.oneOf(["corrupt", "clean"]),
} satisfies KindsOf<CeapOptions>);

/**
 * Cumulative edge attribution (CEAP; Wu, Tonin and Cevher 2026, arXiv:2606.16920): the path of each source's output itself is followed while
 * the embedding moves along a line, `sum_k (z_u^(k+1) - z_u^(k)) . dL/dx_v(e_k)`, with the sign of going from clean to corrupt. The scores
 * of a node's incoming edges so account for what it passes on: those into `Resid End` sum to L(corrupt) - L(clean) as steps grow.
 *
 * Cost: 2 forwards, and a forward and a backward a step, as EAP-IG: the run that gives the gradients also gives the outputs.
 *
 * @throws AutocircuitError `bad-input` for steps 0, a graph of nodes; `not-finite`; `aborted`
 */
export async function ceap(
  model: PatchableModel,
  prompts: PromptLoader,
  options: CeapOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { steps = 5, from = "corrupt" } = options;
  const { graph } = model;
  requireFactorized(graph, "ceap");
  // With one step from the clean end all gradients are the clean run's.
  const info = { algorithm: "ceap", options: { steps, from }, cleanOnly: from === "clean" && steps === 1 };
  return scorePrompts(model, prompts, options, info, (slice) => followPath(slice, graph, steps, from));
}

/** Goes back from the far end: the outputs of the step behind it are known when a step is run. */
async function followPath(slice: SliceGradients, graph: Graph, steps: number, from: CeapFrom): Promise<Tensor> {
  // How much of the ablated embedding step k begins with.
  const shareAt = (k: number) => (from === "corrupt" ? 1 - k / steps : k / steps);
  const sign = from === "corrupt" ? -1 : 1;
  // The mask moves `Resid Start` by a share of ablated - clean, of which a step goes a part.
  const factors = Tensor.from(
    maskFromStart(graph, 1 / steps).map((part) => (part > 0 ? part : sign)),
    { shape: [graph.edgeCount] },
  ).to(slice.model.computeDtype === "float64" ? "float64" : "float32");
  const rows = sourceRows(graph.toNative(), slice.model.config);
  const isStart = Tensor.from(
    Float32Array.from({ length: rows }, (_, row) => Number(row === 0)),
    { shape: [rows, 1, 1, 1] },
  ).gt(0);
  let next = from === "corrupt" ? await slice.clean() : await farOutputs(slice, graph);
  let sum: Tensor | undefined;
  for (let k = steps - 1; k >= 0; k--) {
    const [ahead, before] = [next, sum];
    const { sources, total } = await scope(async () => {
      using toNext = new Ablation(Tensor.where(isStart, slice.using.sources.expand([...ahead.shape]), ahead));
      const found = await slice.gradientWith(
        { mask: maskFromStart(graph, shareAt(k)), using: toNext },
        { sources: true },
      );
      const scored = found.gradient.mul(factors);
      return { sources: found.sources!, total: before ? before.add(scored) : scored };
    });
    next = sources;
    sum = total;
    before?.dispose();
  }
  return sum!;
}

/** The outputs when the embedding is the ablated one. */
async function farOutputs({ model, slice, using, signal }: SliceGradients, graph: Graph): Promise<Tensor> {
  const mask = Tensor.from(maskFromStart(graph, 1), { shape: [graph.edgeCount] });
  const patch = { graph: graph.toNative(), mask, ablation: using };
  const { sources } = await model.run(slice.clean, { sources: true, logits: false, patch, ...(signal && { signal }) });
  return sources!;
}
