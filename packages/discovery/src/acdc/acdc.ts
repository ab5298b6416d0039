import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  coreKinds,
  dataSetSides,
  type EdgeRef,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
} from "@autocircuit/core";
import { type DiscoveryOptions, discoveryOptions, modelAndPrompts } from "../discovery-options.ts";
import { circuitsAtOnce } from "../speculation/circuits-at-once.ts";
import { RatePredictor } from "../speculation/predictor.ts";
import { DecisionTrace, replay } from "./decision-trace.ts";
import { type AcdcTarget, acdcTargets } from "./divergence.ts";
import { defaultEdgeOrder, givenEdgeOrder } from "./edge-order.ts";
import { edgePass } from "./edge-pass.ts";
import { MaskEvaluator } from "./mask-evaluator.ts";
import { TracePredictor } from "./trace-predictor.ts";

/** Thresholds tried when none are given: {1, 5} x 10^{-4..-2}. */
export const defaultTaus: readonly number[] = [1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2];

/** Options of {@link acdc}. */
export interface AcdcOptions extends DiscoveryOptions {
  /** Thresholds to try, each from the full graph; above 0. Default {@link defaultTaus}. */
  readonly taus?: readonly number[] | undefined;
  /** What is kept small. Default `"kl_div"`. */
  readonly target?: AcdcTarget | undefined;
  /** What a removed edge takes instead of its source's output; made from the corrupt prompts. Default `"resample"`. */
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

/** One decision of {@link acdc}. */
export interface AcdcDecision {
  /** Index of the edge in the graph's flat edge vector. */
  readonly edge: number;
  /** How much removing it, on top of all that were removed before, raises the divergence: nats, or squared logits for `"mse"`. */
  readonly increase: number;
  readonly tau: number;
}

const check = signature("acdc", modelAndPrompts, {
  ...discoveryOptions,
  taus: kind.listOf(kind.positive),
  target: kind.oneOf(acdcTargets),
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
 * Only the first batch of prompts is used. Runs restart at the layer of the visited edge, thresholds share what
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
  const { signal, onProgress, target = "kl_div", ablation: type = "resample", decide } = options;
  const taus = [...(options.taus ?? defaultTaus)];
  if (taus.length === 0) throw new AutocircuitError("bad-input", "ACDC needs at least one threshold (`taus`) above 0.");
  if (prompts.batches.length === 0)
    throw new AutocircuitError("bad-input", "ACDC needs at least one batch of prompts.");
  const order = options.order === undefined ? defaultEdgeOrder(graph) : givenEdgeOrder(graph, options.order);
  const batch = prompts.batches[0]!;
  const largestBatch = options.largestBatch ?? (await circuitsAtOnce(model, batch));
  const values = new Float32Array(graph.edgeCount).fill(Number.POSITIVE_INFINITY);

  using ablation = await model.ablations(dataSetSides(type) ? prompts : batch.corrupt, type, { signal });
  using evaluator = await MaskEvaluator.start(model, { batch, ablation, target, signal });
  const groupOf = model.graph.groupOfEdge();
  const kinds = Uint16Array.from(order, (edge) => groupOf[edge]!);
  const total = order.length * taus.length;
  const traces: DecisionTrace[] = [];
  let done = 0;
  const progress = (edges: number): void => {
    done += edges;
    onProgress?.({ done, total });
  };

  const rule =
    decide && ((position: number, increase: number, tau: number) => decide({ edge: order[position]!, increase, tau }));
  // The largest threshold first: it removes most, so its guesses hold best; the others learn from it.
  for (const tau of taus.sort((a, b) => b - a)) {
    const trace = new DecisionTrace(order.length, rule);
    progress(replay(trace, traces, tau));
    const last = traces.at(-1);
    await edgePass(trace, tau, {
      order,
      evaluate: (masks, count) => evaluator.evaluate(masks, count),
      predictor: last === undefined ? new RatePredictor(kinds) : new TracePredictor(last, tau),
      largestBatch,
      cost: model.device === "cpu" ? "each" : "together",
      signal,
      onDecided: progress,
    });
    traces.push(trace);
    order.forEach((edge, position) => {
      if (trace.removed[position] === 1) values[edge] = tau;
    });
  }
  const given = options.order === undefined ? "default" : "given";
  return new PruneScores(graph, values, {
    algorithm: "acdc",
    options: { taus: taus.reverse(), target, ablation: type, order: given },
  });
}
