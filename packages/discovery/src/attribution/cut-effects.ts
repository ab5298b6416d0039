import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  coreKinds,
  type EdgeRef,
  overPrompts,
  type PatchableModel,
  type PromptLoader,
  throwIfAborted,
} from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { modelAndPrompts } from "../discovery-options.ts";
import { circuitsAtOnce } from "../speculation/circuits-at-once.ts";
import { type AttributionOptions, attributionOptions } from "./attribution-options.ts";
import { type Loss, lossOf } from "./losses.ts";

/** Options of {@link cutEffects}. */
export interface CutEffectsOptions extends AttributionOptions {
  /** The edges that are cut together, one list a cut. */
  readonly cuts: readonly (readonly EdgeRef[] | Uint32Array)[];
}

const check = signature("cutEffects", modelAndPrompts, {
  ...attributionOptions,
  cuts: kind.required(kind.listOf(coreKinds.edges)),
} satisfies KindsOf<CutEffectsOptions>);

/**
 * What cutting edges does to the loss, measured: for each cut the loss with its edges ablated less the loss of the full model, mean over
 * prompts. Positive: cutting them harms the task. Cuts are run several at once, each from its first cut edge on.
 *
 * Cost: a forward for the ablation, one kept forward, and for each cut the part of a forward behind its first edge.
 *
 * @param options.onPrompt called with the effects of all cuts on each prompt
 * @throws AutocircuitError `bad-input` for no prompts or no cuts; `unknown-name` for an edge there is not; `not-finite`; `aborted`
 */
export async function cutEffects(
  model: PatchableModel,
  prompts: PromptLoader,
  options: CutEffectsOptions,
): Promise<Float64Array> {
  check({ model, prompts }, options);
  const { ablation = "resample", signal, onProgress, onPrompt } = options;
  if (prompts.promptCount === 0) throw new AutocircuitError("bad-input", "cutEffects: there are no prompts.");
  const cuts = options.cuts.map((edges) => model.graph.indices(edges));
  const none = cuts.findIndex((edges) => edges.length === 0);
  if (none >= 0) throw new AutocircuitError("bad-input", `cutEffects: cut ${none} names no edge.`);
  if (cuts.length === 0) throw new AutocircuitError("bad-input", "cutEffects: there is nothing to cut.");
  const loss = await lossOf(model, prompts, options);
  const sum = new Float64Array(cuts.length);
  const asked = { ablation, passes: cuts.length, signal, onProgress };
  for await (const { batch, first: firstPrompt, fold } of overPrompts(model, prompts, asked)) {
    const most = batch.prefixShared ? await circuitsAtOnce(model, batch) : 1;
    const rows = await fold(async (before: readonly Float64Array[] = [], { slice, ablation, step }) => {
      const ofSlice = await loss(slice);
      const plain = ofSlice(await model.forward(slice.clean, { signal }));
      const base = Array.from(await plain.data(), Number);
      const canStartLate = model.graph.factorized && batch.prefix === null;
      const kept = canStartLate
        ? (await model.run(slice.clean, { keepRun: true, logits: false, ...(signal && { signal }) })).run
        : undefined;
      const byPrompt = base.map(() => new Float64Array(cuts.length));
      for (let first = 0; first < cuts.length; first += most) {
        throwIfAborted(signal);
        const some = cuts.slice(first, first + most);
        const losses = await scope(() => lossesOf(some));
        losses.forEach((values, i) => {
          values.forEach((value, p) => {
            byPrompt[p]![first + i] = value - base[p]!;
          });
        });
        step(some.length * slice.size);
      }
      return [...before, ...byPrompt];

      async function lossesOf(some: readonly number[][]): Promise<number[][]> {
        const count = some.length;
        const masks = new Float32Array(count * model.graph.edgeCount);
        some.forEach((edges, row) => {
          for (const edge of edges) masks[row * model.graph.edgeCount + edge] = 1;
        });
        const tokens = kept || count === 1 ? slice.clean : slice.clean.repeat(count);
        const mask = Tensor.from(masks, { shape: [count, model.graph.edgeCount] });
        const { positions, single } = model.outputPositions(slice.clean);
        const result = await model.run(tokens, {
          positions,
          patch: { graph: model.graph.toNative(), mask, ablation },
          ...(kept && { from: kept }),
          ...(signal && { signal }),
        });
        const logits = single ? result.logits!.select(1, 0) : result.logits!;
        const losses = await Promise.all(some.map((_, row) => lossesOfRow(logits, row, slice.size, ofSlice)));
        const broken = losses.findIndex((values) => values.some((value) => !Number.isFinite(value)));
        if (broken < 0) return losses;
        throw new AutocircuitError(
          "not-finite",
          `The loss without ${model.graph.edge(some[broken]![0]!)}${some[broken]!.length > 1 ? " and others" : ""} is not a number. ` +
            `Check the weights and the ablation${model.computeDtype === "float64" ? "" : ", or compute in float64"}.`,
        );
      }
    });
    for (const [row, effects] of rows.entries()) {
      for (let cut = 0; cut < sum.length; cut++) sum[cut]! += effects[cut]!;
      onPrompt?.(Float32Array.from(effects), firstPrompt + row);
    }
  }
  return sum.map((value) => value / prompts.promptCount);
}

/** Losses of the prompts of one cut, from the logits of several. */
async function lossesOfRow(logits: Tensor, row: number, size: number, loss: Loss): Promise<number[]> {
  const own = loss(logits.slice(0, row * size, (row + 1) * size));
  return Array.from(await own.data(), Number);
}
