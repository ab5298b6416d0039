import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type PatchableModel,
  type PromptLoader,
  type PruneScores,
  realPositions,
  type SrcNode,
} from "@autocircuit/core";
import { grad, scope, Tensor } from "@autocircuit/native";
import { modelAndPrompts } from "../discovery-options.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { putOutput } from "./put-output.ts";
import { scorePrompts } from "./score-prompts.ts";
import type { SliceGradients } from "./slice-gradients.ts";
import { maskFrom, requireNoLatents } from "./start-edges.ts";
import { pathSteps, usualSteps } from "./steps.ts";

/** Options of {@link eapGp}. */
export interface EapGpOptions extends AttributionOptions {
  /** Points on the path. Default 5. */
  readonly steps?: number | undefined;
  /** Where the path starts: at the clean embedding, towards the corrupt outputs (default), or the other way round. */
  readonly from?: "clean" | "corrupt" | undefined;
  /** Whose output moves: the embedding (default), or each source's own in turn, at as many times the cost. */
  readonly path?: "input" | "source" | undefined;
  /** Called with the points of every slice of prompts, each `[B, P, D]`, for the paths of the embedding. They are freed afterwards. */
  readonly onPath?: ((points: readonly Tensor[]) => void | Promise<void>) | undefined;
}

const check = signature("eapGp", modelAndPrompts, {
  ...attributionOptions,
  steps: pathSteps,
  from: kind.oneOf(["clean", "corrupt"]),
  path: kind.oneOf(["input", "source"]),
  onPath: kind.callback,
} satisfies KindsOf<EapGpOptions>);

/**
 * Edge attribution along a gradient path (EAP-GP; Zhang et al. 2025, arXiv:2502.06852): from g_0, the clean embedding, steps of length 1 (per
 * prompt, over positions and dimensions) down the gradient of the squared distance of all logits (padded positions do not count) from the
 * corrupt run's; an edge scores `(z_u(corrupt) - z_u(clean)) . mean_{j=1..m} dL/dx_v(g_j)`. g_0 itself is not used. In a graph of nodes the
 * stream is a source too: with `path: "source"` it moves for all that reads it, although an edge leads to the next point of the stream alone.
 *
 * Cost: 3 forwards, and 2 forwards and backwards a step; with `path: "source"` so many for each source.
 *
 * @throws AutocircuitError `bad-input` for steps 0, latents, clean and corrupt prompts of unequal length; `not-finite`; `aborted`
 */
export async function eapGp(
  model: PatchableModel,
  prompts: PromptLoader,
  options: EapGpOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { steps = usualSteps, from = "clean", path = "input", onPath } = options;
  const { graph } = model;
  requireNoLatents(graph, "eap-gp");
  const info = { algorithm: "eap-gp", options: { steps, from, path } };
  return scorePrompts(model, prompts, options, info, async (slice) => {
    const directions = await slice.difference();
    const goal = await goalOf(slice, from);
    const moving = path === "input" ? graph.sources.filter(({ kind }) => kind === "start") : graph.sources;
    let sum: Tensor | undefined;
    for (const source of moving) {
      const before = sum;
      sum = await scope(async () => {
        const points = await pathOf(slice, source, steps, from, goal);
        if (path === "input") await onPath?.(points);
        const rows = path === "input" ? undefined : rowsOf(slice, source);
        let total: Tensor | undefined;
        for (const point of points) {
          const gradient = await gradientAt(slice, source, point, directions);
          total = total ? total.add(gradient) : gradient;
        }
        const mean = total!.div(steps);
        const own = rows ? mean.mul(rows.to(mean.dtype)) : mean;
        return before ? before.add(own) : own;
      });
      before?.dispose();
    }
    return sum!;
  });
}

/** The points of the embedding's path, each `[B, P, D]`. */
export async function embeddingPath(
  slice: SliceGradients,
  steps: number,
  from: "clean" | "corrupt",
): Promise<Tensor[]> {
  return pathOf(slice, slice.model.graph.sources[0]!, steps, from, await goalOf(slice, from));
}

/** The gradients where a source writes `output`. */
async function gradientAt(slice: SliceGradients, source: SrcNode, output: Tensor, directions: Tensor): Promise<Tensor> {
  // Another embedding costs nothing, where a mask of its edges makes all inputs anew.
  if (source.kind === "start") return slice.gradient({ start: output, directions });
  const { mask, ablation } = await putOutput(slice, source, output);
  using at = ablation;
  return slice.gradient({ mask, ablation: at, directions });
}

/** All logits of the run that the path leads to. */
async function goalOf({ model, slice, signal }: SliceGradients, from: "clean" | "corrupt"): Promise<Tensor> {
  return model.forward(from === "clean" ? slice.corrupt : slice.clean, { sliced: false, signal });
}

/** 1 for the edges that leave a source. */
function rowsOf({ model }: SliceGradients, source: SrcNode): Tensor {
  return Tensor.from(
    maskFrom(model.graph, (other) => other === source, 1),
    { shape: [model.graph.edgeCount] },
  );
}

/** The points g_1 .. g_m of a source's output, each `[B, P, D]`. */
async function pathOf(
  slice: SliceGradients,
  source: SrcNode,
  steps: number,
  from: "clean" | "corrupt",
  goal: Tensor,
): Promise<Tensor[]> {
  const { model, signal } = slice;
  const clean = await slice.clean();
  const begin = from === "clean" ? clean : slice.ablation.sources.expand([...clean.shape]);
  let point = begin.select(0, source.index);
  const points: Tensor[] = [];
  const start = source.kind === "start";
  for (let j = 0; j < steps; j++) {
    const at = point;
    point = await scope(async () => {
      const put = start ? undefined : await putOutput(slice, source, at);
      using values = put?.ablation;
      const leaf = Tensor.zeros([...clean.shape], { dtype: clean.dtype as "float32" }).requireGrad();
      const recording = Tensor.from(put?.mask ?? new Float32Array(model.graph.edgeCount)).requireGrad();
      const how = values
        ? { ablation: values, ablationLeaf: leaf }
        : { ablation: slice.ablation, start: at, outputsLeaf: leaf };
      const logits = await model.forward(slice.slice.clean, { ...how, sliced: false, ablate: recording, signal });
      const real = realPositions(slice.slice.clean);
      const apart = real ? logits.sub(goal).mul(real.to(logits.dtype)) : logits.sub(goal);
      // Only the direction counts. In units of each prompt's distance its gradient is of a size that half precision holds.
      const distance = apart
        .pow(2)
        .div(orOne(norm(apart.detach())))
        .sum();
      const [gradient] = grad(distance, [leaf]);
      const own = gradient!.select(0, put?.through.index ?? source.index).to(logits.dtype);
      // Where nothing is left to go the step is nothing.
      return at
        .to(logits.dtype)
        .sub(own.div(orOne(norm(own))))
        .to(at.dtype);
    });
    points.push(point);
  }
  return points;
}

/** The Euclidean length of each prompt's numbers, `[B, 1, 1]`. */
function norm(values: Tensor): Tensor {
  return values.pow(2).sum([1, 2], true).sqrt();
}

/** The lengths, with 1 for 0. */
function orOne(length: Tensor): Tensor {
  return Tensor.where(length.gt(0), length, 1);
}
