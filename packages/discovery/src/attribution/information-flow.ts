import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { overPrompts, type PatchableModel, type PromptBatch, type PromptLoader, PruneScores } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { type DiscoveryOptions, discoveryOptions, modelAndPrompts } from "../discovery-options.ts";
import { requireNoLatents } from "./start-edges.ts";

/** Options of {@link informationFlowRoutes}. */
export interface InformationFlowOptions extends DiscoveryOptions {
  /**
   * `[positions, D]`: a part of `Resid Start`'s output that is to count to no source, such as a learned positional embedding, as in tools
   * whose `input` is the token's embedding alone. Default none.
   */
  readonly positional?: Tensor | undefined;
  /** Called with the scores of each prompt alone; the scores are their mean. */
  readonly onPrompt?: ((scores: Float32Array, prompt: number) => void) | undefined;
}

const check = signature("informationFlowRoutes", modelAndPrompts, {
  ...discoveryOptions,
  positional: kind.instance(Tensor, "a Tensor"),
  onPrompt: kind.callback,
} satisfies KindsOf<InformationFlowOptions>);

/**
 * Information flow routes (Ferrando and Voita 2024, arXiv:2403.00824): how much of the residual stream y that a destination reads is a
 * source's output x, `max(0, |y|_1 - |y - x|_1)`, as a share of the sum over its sources; the mean over positions (padded ones do not
 * count) and prompts. Knows clean prompts only, neither answers nor an ablation; all destinations that read at one point score alike. In a
 * graph of nodes, as in the paper, the stream at each point is shared out between the stream before it and what was written since.
 *
 * Cost: one forward.
 *
 * @throws AutocircuitError `bad-input` for latents, cached prefixes, or no prompts; `aborted`
 */
export async function informationFlowRoutes(
  model: PatchableModel,
  prompts: PromptLoader,
  options: InformationFlowOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { signal, onProgress, positional, onPrompt } = options;
  const { graph } = model;
  requireNoLatents(graph, "information-flow-routes");
  if (prompts.promptCount === 0)
    throw new AutocircuitError("bad-input", "information-flow-routes: there are no prompts.");
  const sum = new Float64Array(graph.edgeCount);
  for await (const { first, fold } of overPrompts(model, prompts, { signal, onProgress })) {
    const rows = await fold(async (before: readonly Float32Array[] = [], { slice, step }) => {
      const found = await scoresOfSlice(model, slice, positional, signal);
      step();
      return [...before, ...found];
    });
    for (const [row, scores] of rows.entries()) {
      for (let edge = 0; edge < sum.length; edge++) sum[edge]! += scores[edge]!;
      onPrompt?.(scores, first + row);
    }
  }
  return new PruneScores(
    graph,
    Float32Array.from(sum, (total) => total / prompts.promptCount),
    {
      algorithm: "information-flow-routes",
      options: {},
    },
  );
}

/** Scores of each prompt of a slice. */
async function scoresOfSlice(
  model: PatchableModel,
  slice: PromptBatch,
  positional: Tensor | undefined,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const { graph } = model;
  const { run } = await model.run(slice.clean, { keepRun: true, logits: false, ...(signal && { signal }) });
  const outputs = withoutPositional(run!.sourceOutputs, positional);
  const padding = slice.padding("clean");
  const rows = Array.from({ length: slice.size }, () => new Float32Array(graph.edgeCount));
  const known = new Map<string, Float64Array>();
  for (const { kind: reader, block, firstSource, sourceCount, heads, offset } of graph.groups) {
    const point = pointOf(model, reader, block);
    const key = `${point} ${sourceCount}`;
    // [sources, B, P]
    const shares = known.get(key) ?? (await sharesAt(run!.resid[point]!, outputs, firstSource, sourceCount));
    known.set(key, shares);
    rows.forEach((row, prompt) => {
      const start = padding?.[prompt] ?? 0;
      for (let s = 0; s < sourceCount; s++) {
        const at = (position: number) => shares[(s * slice.size + prompt) * slice.seqLen + position]!;
        let mean = 0;
        for (let position = start; position < slice.seqLen; position++) {
          const part = at(position) / (slice.seqLen - start);
          mean += part;
          if (graph.seqLen !== null)
            for (let head = 0; head < heads; head++) row[offset + (position * heads + head) * sourceCount + s] = part;
        }
        if (graph.seqLen === null) for (let head = 0; head < heads; head++) row[offset + head * sourceCount + s] = mean;
      }
    });
  }
  return rows;
}

/** Which point of the stream a group of destinations reads; see `KeptRun.resid`. */
function pointOf({ config }: PatchableModel, reader: string, block: number): number {
  if (reader === "end") return 2 * config.layers;
  if (reader === "post") return 2 * block + 2;
  if (reader === "mid") return 2 * block + 1;
  return reader === "mlp" && !config.parallel ? 2 * block + 1 : 2 * block;
}

function withoutPositional(outputs: Tensor, positional: Tensor | undefined): Tensor {
  if (positional === undefined) return outputs;
  const [sourceCount, , length] = outputs.shape as [number, number, number, number];
  if (positional.shape.length !== 2 || positional.shape[0]! < length || positional.shape[1] !== outputs.shape[3]) {
    throw new AutocircuitError(
      "shape",
      `\`positional\` must be [at least ${length}, ${outputs.shape[3]}], it is [${positional.shape.join(", ")}].`,
    );
  }
  const start = outputs.slice(0, 0, 1).sub(positional.slice(0, 0, length).unsqueeze(0).unsqueeze(0));
  return Tensor.cat([start, outputs.slice(0, 1, sourceCount)]);
}

/** Share of each source in the stream at each position, `[sources, B, P]` flat. */
async function sharesAt(
  stream: Tensor,
  outputs: Tensor,
  firstSource: number,
  sourceCount: number,
): Promise<Float64Array> {
  const proximity = await scope(() => {
    const y = stream.to("float32").unsqueeze(0);
    const x = outputs.slice(0, firstSource, firstSource + sourceCount).to("float32");
    const close = y.abs().sum(3).sub(x.sub(y).abs().sum(3));
    return close.clamp(0);
  }).data();
  const cells = proximity.length / sourceCount;
  const shares = Float64Array.from(proximity as ArrayLike<number>, Number);
  for (let cell = 0; cell < cells; cell++) {
    let total = 0;
    for (let s = 0; s < sourceCount; s++) total += shares[s * cells + cell]!;
    // Where no source is close to the stream none has a share.
    if (total > 0) for (let s = 0; s < sourceCount; s++) shares[s * cells + cell]! /= total;
  }
  return shares;
}
