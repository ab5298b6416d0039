import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblatedSlice,
  type AblationType,
  type Circuit,
  coreKinds,
  type LongOptions,
  overPrompts,
  type PatchableModel,
  type PromptLoader,
  type PruneScores,
  requireSameGraph,
} from "@autocircuit/core";
import { scope } from "@autocircuit/native";
import { klOfLogprobs } from "./kl-divergence.ts";
import { logprob } from "./value-functions.ts";

/** Options of {@link sameUnderKnockouts}. */
export interface KnockoutOptions extends LongOptions {
  /** Scores that rank the edges of the circuit. */
  readonly scores: PruneScores;
  /** Edges of the circuit; ties can make it larger. */
  readonly size: number;
  /** A number an edge: those of the circuit that have at least the threshold, sign and all, are knocked out. */
  readonly knockouts: PruneScores;
  /** Default 0. */
  readonly threshold?: number | undefined;
  /** What ablated edges take, made from the corrupt prompts. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
}

/** How alike a circuit and the full model are, with some of the circuit's edges knocked out and without. */
export interface SameUnderKnockouts {
  /** Edges of the circuit. */
  readonly size: number;
  /** Edges of the circuit that were knocked out. */
  readonly knockouts: number;
  /** `KL(full model || circuit)` in nats, mean over prompts and output positions. */
  readonly kl: number;
  /** The same with the knocked out edges ablated in both. */
  readonly knockoutKl: number;
}

const check = signature("sameUnderKnockouts", { model: coreKinds.patchableModel, prompts: coreKinds.promptLoader }, {
  ...coreKinds.longOptions,
  scores: kind.required(coreKinds.pruneScores),
  size: kind.required(kind.whole),
  knockouts: kind.required(coreKinds.pruneScores),
  threshold: kind.finite,
  ablation: coreKinds.ablationName,
} satisfies KindsOf<KnockoutOptions>);

/**
 * Completeness of a circuit (Wang et al. 2022, "Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 small",
 * section 4): a circuit is complete if it and the full model stay alike whatever is taken out of it. Clean prompts are run; everything
 * outside the circuit is ablated in the one and nothing in the other, and then in both the knocked out edges too.
 *
 * @throws AutocircuitError `bad-input` for scores of another graph, NaN among the knockouts, a size the graph does not have, or no prompts; `not-finite`; `aborted`
 *
 * @example
 * const knockouts = await trainKnockouts(task.model, task.train, { scores, size: 50 });
 * const { kl, knockoutKl } = await sameUnderKnockouts(task.model, task.test, { scores, size: 50, knockouts });
 */
export async function sameUnderKnockouts(
  model: PatchableModel,
  prompts: PromptLoader,
  options: KnockoutOptions,
): Promise<SameUnderKnockouts> {
  check({ model, prompts }, options);
  const { scores, size, knockouts, threshold = 0, ablation: type = "resample", signal, onProgress } = options;
  requireSameGraph(scores.graph, model.graph, "The scores are");
  requireSameGraph(knockouts.graph, model.graph, "The knockouts are");
  if (prompts.length === 0) throw new AutocircuitError("bad-input", "There are no prompts to run circuits on.");
  const nan = knockouts.values.findIndex(Number.isNaN);
  if (nan >= 0) {
    const edge = `\`${knockouts.graph.edge(nan)}\``;
    throw new AutocircuitError(
      "bad-input",
      `\`knockouts\` has no number for ${edge} but NaN, so it is neither in nor out.`,
    );
  }
  const circuit = scores.circuit(size);
  const out = circuit.indices.filter((edge) => knockouts.values[edge]! >= threshold);
  const masks = masksOf(circuit, out);
  const sums = [0, 0];
  const asked = { ablation: type, passes: masks.length, signal, onProgress };
  for await (const { fold } of overPrompts(model, prompts, asked)) {
    const divergences = await fold(async (before: readonly number[] = [0, 0], part) => {
      const found: number[] = [];
      for (const [place, pair] of masks.entries()) {
        found.push(before[place]! + (await divergenceSum(model, part, pair, signal)));
        part.step();
      }
      return found;
    });
    for (const [place, sum] of divergences.entries()) sums[place]! += sum;
  }
  const [kl, knockoutKl] = sums.map((sum) => Math.max(0, sum / prompts.promptCount));
  return { size: circuit.size, knockouts: out.length, kl: kl!, knockoutKl: knockoutKl! };
}

interface MaskPair {
  readonly full: Float32Array;
  readonly circuit: Float32Array;
}

/** Masks of the full model and of the circuit, without knockouts and with them. */
function masksOf(circuit: Circuit, out: Uint32Array): readonly [MaskPair, MaskPair] {
  const plain = { full: new Float32Array(circuit.graph.edgeCount), circuit: circuit.complement() };
  const knocked = { full: plain.full.slice(), circuit: plain.circuit.slice() };
  for (const edge of out) knocked.full[edge] = knocked.circuit[edge] = 1;
  return [plain, knocked];
}

/** KL divergence of circuit from full model, summed over some prompts. */
async function divergenceSum(
  model: PatchableModel,
  { slice, ablation }: AblatedSlice,
  { full, circuit }: MaskPair,
  signal: AbortSignal | undefined,
): Promise<number> {
  return scope(async () => {
    const whole = logprob(await model.forward(slice.clean, { ablate: full, ablation, signal }));
    const part = logprob(await model.forward(slice.clean, { ablate: circuit, ablation, signal }));
    return klOfLogprobs(whole, part).to("float64").sum().item();
  });
}
