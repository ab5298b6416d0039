import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type AblationType, coreKinds, equalPairs, type LoadedTask, requireDifferentPairs } from "@autocircuit/core";
import { ownName, ownValues, type WithAliases, withAliases } from "../own-names.ts";
import { crossingAlgorithms, noCrossing } from "./crossing-algorithm.ts";
import { measuredOn, measureSpanCircuit, type SpanDivergence } from "./measure-span-circuit.ts";
import type { PromptSpans } from "./prompt-spans.ts";
import { crossingScores } from "./score-crossings.ts";
import { spanScores } from "./score-spans.ts";
import { SpanCircuit } from "./span-circuit.ts";
import { type SpanAggregation, type SpanAlgorithm, spanAggregations, spanAlgorithmNames } from "./span-options.ts";
import type { SpanScores } from "./span-scores.ts";
import { type SpansSchema, schemaKind, spansOf } from "./spans-file.ts";

/** Options of {@link findSpanCircuit}. */
export interface FindSpanCircuitOptions {
  /** Default `"eap-ig-inputs"`. */
  readonly algorithm?: WithAliases<SpanAlgorithm> | undefined;
  /** Options of the algorithm, its own and those that all have, such as `{ steps: 10, loss: "kl-div" }`. Default none. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Default `"sum"`. */
  readonly aggregation?: SpanAggregation | undefined;
  /** What ablated edges take while they are scored, and while the circuit is measured. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SpanProgress) => void) | undefined;
}

/** How far a discovery over spans is. */
export interface SpanProgress {
  readonly step: "edges in spans" | "edges inside heads";
  readonly done: number;
  readonly total: number;
}

/** A circuit over spans and where it comes from. */
export interface FoundSpanCircuit {
  readonly circuit: SpanCircuit;
  readonly scores: SpanScores;
  readonly algorithm: SpanAlgorithm;
  /** Options of the algorithm that were given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly aggregation: SpanAggregation;
  readonly ablation: AblationType;
  readonly divergence: SpanDivergence;
  /** Seconds that scoring the edges took. */
  readonly seconds: number;
  /** What the reader should know: why edges inside heads have no scores. */
  readonly notes: readonly string[];
}

const check = signature("findSpanCircuit", { task: coreKinds.loadedTask, schema: schemaKind, size: kind.whole }, {
  algorithm: kind.oneOf(withAliases(spanAlgorithmNames)),
  options: kind.record,
  aggregation: kind.oneOf(spanAggregations),
  ablation: coreKinds.ablationName,
  signal: kind.signal,
  onProgress: kind.callback,
} satisfies KindsOf<FindSpanCircuitOptions>);

/** What all algorithms that look at a loss take beside their own options. */
const OF_LOSS: ReadonlySet<string> = new Set(["loss", "gradFunction", "answerFunction"]);

/**
 * Finds the circuit of a task over spans of its prompts: scores the edges in spans and, where the algorithm has such scores, those inside heads from
 * span to span, takes the `size` of largest magnitude of both, and measures them.
 *
 * @throws AutocircuitError `bad-input` for more edges than there are over the spans, spans that do not fit the prompts, and prompt pairs that are all
 *   equal with resample ablation, before anything is scored; what {@link spanScores} and {@link crossingScores} throw; `aborted`
 *
 * @example
 * const schema = { begin: [0, 3], end: [3, null] } as const;
 * const { circuit, divergence } = await findSpanCircuit(task, schema, 9);
 */
export async function findSpanCircuit(
  task: LoadedTask,
  schema: SpansSchema,
  size: number,
  options: FindSpanCircuitOptions = {},
): Promise<FoundSpanCircuit> {
  check({ task, schema, size }, options);
  const { aggregation = "sum", ablation = "resample", signal } = options;
  const given: Readonly<Record<string, unknown>> = ownValues(options.options ?? {});
  const algorithm = ownName<SpanAlgorithm>(options.algorithm ?? "eap-ig-inputs");
  const pairs = [...task.train.prompts, ...task.test.prompts];
  requireDifferentPairs(pairs, { ablation });
  const spans = spansOf(schema, task.train.prompts);
  const ofTest = spansOf(schema, measuredOn(task).prompts);
  const outside = noCrossing(task.model, algorithm, given);
  requireSize(new SpanCircuit(task.model.graph, spans.names, [], outside === null ? [] : undefined), size);
  const started = performance.now();
  const how = { algorithm, given, aggregation, ablation, crosses: outside === null };
  const scores = await scoreSpans(task, spans, { ...options, ...how });
  const seconds = (performance.now() - started) / 1000;
  const circuit = scores.circuit(size);
  const divergence = await measureSpanCircuit(task, ofTest, circuit, { ablation, signal });
  const notes = [...equalPairs(pairs, { ablation }), ...(outside === null ? [] : [outsideHeads(algorithm, outside)])];
  return { circuit, scores, algorithm, options: given, aggregation, ablation, divergence, seconds, notes };
}

function requireSize({ members, crossing }: SpanCircuit, size: number): void {
  const count = members.length + (crossing?.length ?? 0);
  if (size > count)
    throw new AutocircuitError(
      "bad-input",
      `\`size: ${size}\` is more than there is over these spans: give at most ${count}.`,
    );
}

/** What is scored how. */
interface Scoring extends Required<Pick<FoundSpanCircuit, "algorithm" | "aggregation" | "ablation">> {
  readonly given: Readonly<Record<string, unknown>>;
  readonly crosses: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: FindSpanCircuitOptions["onProgress"];
}

/** Scores of the edges in spans and, where the algorithm has such, of those inside heads behind them. */
async function scoreSpans(
  { model, train: { prompts } }: LoadedTask,
  spans: PromptSpans,
  { algorithm, given, aggregation, ablation, crosses, signal, onProgress }: Scoring,
): Promise<SpanScores> {
  const those = (ofLoss: boolean) => Object.entries(given).filter(([name]) => OF_LOSS.has(name) === ofLoss);
  const algorithmOptions = Object.fromEntries(those(false));
  const shared = { aggregation, ...Object.fromEntries(those(true)), signal };
  const scores = await spanScores(model, prompts, spans, {
    ...{ algorithm, algorithmOptions, ...shared },
    // Nothing is ablated where it is only looked at what flows.
    ...(algorithm !== "information-flow-routes" && { ablation }),
    onProgress: ({ done, total }) => onProgress?.({ step: "edges in spans", done, total }),
  });
  if (!crosses) return scores;
  const crossing = await crossingScores(model, prompts, spans, {
    ...{ algorithm, ablation, ...algorithmOptions, ...shared },
    onProgress: ({ done, total }) => onProgress?.({ step: "edges inside heads", done, total }),
  } as Parameters<typeof crossingScores>[3]);
  return scores.withCrossing(crossing);
}

/** What is not in the circuit of an algorithm that scores no edges inside heads. */
function outsideHeads(algorithm: string, why: string): string {
  return (
    `Edges inside heads have no scores by ${algorithm}: ${why}. All of them stay, and the circuit is of edges in spans. ` +
    `These algorithms score both: ${crossingAlgorithms.join(", ")}.`
  );
}
