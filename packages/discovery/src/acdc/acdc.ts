import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  coreKinds,
  dataSetSides,
  type EdgeRef,
  type PatchableModel,
  type PromptLoader,
  type PruneScores,
} from "@autocircuit/core";
import { type DiscoveryOptions, discoveryOptions, modelAndPrompts } from "../discovery-options.ts";
import { type ResumableOptions, resumableOptions } from "../long-search/search-state.ts";
import { ownValues, type WithAliases, withAliases } from "../own-names.ts";
import { circuitsAtOnce } from "../speculation/circuits-at-once.ts";
import { RatePredictor } from "../speculation/predictor.ts";
import type { AcdcDecision } from "./acdc-decision.ts";
import { AcdcSearch } from "./acdc-search.ts";
import { replay } from "./decision-trace.ts";
import { type AcdcTarget, acdcTargets } from "./divergence.ts";
import { defaultEdgeOrder, givenEdgeOrder } from "./edge-order.ts";
import { edgePass } from "./edge-pass.ts";
import { MaskEvaluator } from "./mask-evaluator.ts";
import { TracePredictor } from "./trace-predictor.ts";

/** Thresholds tried when none are given: {1, 5} x 10^{-4..-2}. */
export const defaultTaus: readonly number[] = [1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2];

/** AutoCircuit's default thresholds: {1, 3, 5, 7, 9} x 10^{-5..-2}. */
export const referenceTaus: readonly number[] = [1, 3, 5, 7, 9].flatMap((base) =>
  [-5, -4, -3, -2].map((exponent) => Number(`${base}e${exponent}`)),
);

/** Options of {@link acdc}. */
export interface AcdcOptions extends DiscoveryOptions, ResumableOptions {
  /** Thresholds to try, each from the full graph; above 0. Default {@link defaultTaus}. */
  readonly taus?: readonly number[] | undefined;
  /** What is kept small. Default `"kl-div"`. */
  readonly target?: WithAliases<AcdcTarget> | undefined;
  /** What an ablated edge takes instead of its source's output; made from the corrupt prompts. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /**
   * The order of visit, every edge once. By default the flat edge vector backwards: later destinations first (`Resid End`,
   * then block by block MLP, values, keys, queries), within a module later positions, heads, and sources first.
   */
  readonly order?: Iterable<EdgeRef> | undefined;
  /**
   * Most edges evaluated in one run of the model. Larger is faster where small batches leave the processor idle, and
   * takes more memory; the result is the same. 1 is the plain sequential algorithm. Default 8, on a GPU what fits into its
   * memory, at most 64.
   */
  readonly largestBatch?: number | undefined;
  /**
   * Whether an edge stays removed; by default if `increase < tau`. Called once for each edge and threshold, in the order of visit. For
   * following another implementation's run where rounding decides ({@link followScores}).
   */
  readonly decide?: ((decision: AcdcDecision) => boolean) | undefined;
}

const check = signature("acdc", modelAndPrompts, {
  ...discoveryOptions,
  ...resumableOptions,
  taus: kind.listOf(kind.positive),
  target: kind.oneOf(withAliases(acdcTargets)),
  ablation: coreKinds.ablationName,
  order: coreKinds.edges,
  largestBatch: kind.count,
  decide: kind.callback,
} satisfies KindsOf<AcdcOptions>);

/**
 * Automatic Circuit DisCovery (Conmy et al. 2023, "Towards Automated Circuit Discovery for Mechanistic
 * Interpretability", algorithm 1). Edges are visited one after the other, later destinations first; an edge stays
 * removed if that raises the divergence from the full model by less than a threshold tau. The score of an edge is the
 * smallest threshold that removes it, infinity if none does: `scores.circuitAt(tau)` holds the edges that
 * thresholds below tau do not remove.
 *
 * Only the first batch of prompts is used. Runs restart where the visited edge ends, thresholds share what
 * they see alike, and several edges are evaluated at once on guessed decisions; none of it changes the result.
 *
 * @throws AutocircuitError `bad-input` for thresholds not above 0, an incomplete order, or outputs that are not numbers;
 *   `unknown-name` for an unknown target or edge; `aborted`
 *
 * @example
 * const scores = await acdc(task.model, task.train, { taus: [1e-3, 1e-2] });
 * const kept = scores.circuitAt(Infinity);   // what even the largest threshold keeps
 */
export async function acdc(
  model: PatchableModel,
  prompts: PromptLoader,
  options: AcdcOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { graph } = model;
  const { signal, onProgress, target = "kl-div", ablation: type = "resample", decide } = ownValues(options);
  const taus = [...(options.taus ?? defaultTaus)];
  if (taus.length === 0) throw new AutocircuitError("bad-input", "ACDC needs at least one threshold (`taus`) above 0.");
  if (prompts.batches.length === 0)
    throw new AutocircuitError("bad-input", "ACDC needs at least one batch of prompts.");
  const order = options.order === undefined ? defaultEdgeOrder(graph) : givenEdgeOrder(graph, options.order);
  const batch = prompts.batches[0]!;
  const largestBatch = options.largestBatch ?? (await circuitsAtOnce(model, batch));
  // The largest threshold first: it removes most, so its guesses hold best; the others learn from it.
  taus.sort((a, b) => b - a);
  const given = options.order === undefined ? "default" : "given";
  const described = { taus: taus.toReversed(), target, ablation: type, order: given };
  const keys = prompts.batches.map(({ key }) => key);
  const search = new AcdcSearch({ graph, order, taus, described, decide, prompts: keys });
  if (options.resume) search.goOnFrom(options.resume);
  options.onSearch?.(search);

  using ablation = await model.ablations(dataSetSides(type) ? prompts : batch.corrupt, type, { signal });
  using evaluator = await MaskEvaluator.start(model, { batch, ablation, target, signal });
  const groupOf = model.graph.groupOfEdge();
  const kinds = Uint16Array.from(order, (edge) => groupOf[edge]!);
  const total = order.length * taus.length;
  let done = 0;
  const progress = (edgeCount: number): void => {
    done += edgeCount;
    onProgress?.({ done, total });
  };

  for (const tau of taus) {
    const { trace, earlier } = search.begin(tau);
    progress(trace.length === 0 ? replay(trace, earlier, tau) : trace.length);
    const last = earlier.at(-1);
    await edgePass(trace, tau, {
      order,
      evaluate: (masks, count) => evaluator.evaluate(masks, count),
      predictor: last === undefined ? new RatePredictor(kinds) : new TracePredictor(last, tau),
      largestBatch,
      cost: model.device === "cpu" ? "each" : "together",
      signal,
      onDecided: progress,
    });
  }
  return search.scores;
}
