import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  type Circuit,
  coreKinds,
  type KnownCircuitInGraph,
  type LoadedTask,
  type Rank,
  rankOfScores,
  ranks,
} from "@autocircuit/core";
import { CircuitMeter, rocCurve } from "@autocircuit/metrics";
import type { CircuitReport } from "@autocircuit/report";
import type { FoundCircuit } from "../find-circuit/find-circuit.ts";
import { scoresInOrder } from "../selection/in-order.ts";
import type { Selection } from "../selection/select-circuit.ts";
import { measureTable, tableAblations } from "./ablation-table.ts";
import { CircuitMeasuring, type MeasuringProgress } from "./circuit-measuring.ts";
import { keptCurve } from "./kept-report.ts";
import { knownCircuitOf } from "./known-circuit.ts";
import { CURVES, type CurveDetail, MeasuringTime } from "./measuring-time.ts";
import { meteredAccuracy, type TaskAccuracy } from "./model-accuracy.ts";
import { measureSizes, rankedBy } from "./size-curve.ts";

/** Options of {@link measureFound}. */
export interface MeasureFoundOptions {
  /** What edges outside a circuit take. Default: what they took when the circuit was found. */
  readonly ablation?: AblationType | undefined;
  /** Circuits that are known; the first is the one to compare with. Default: the task's own, named `known`. */
  readonly known?: readonly KnownCircuitInGraph[] | undefined;
  /**
   * `full` (default) measures every size on all prompts; `quick` takes at most half as long as the discovery, or 2 s, by fewer sizes and
   * prompts, and a note says so; `none` leaves the curve out.
   */
  readonly curve?: CurveDetail | undefined;
  /** What ranks the edges of the curve's circuits, and beside those of the known circuit: the size of their scores, or the score. Default: what chose the circuit. */
  readonly rank?: Rank | undefined;
  /** Seconds that the discovery took, of which `quick` may take half. Default: {@link FoundCircuit.seconds}. */
  readonly seconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is. */
  readonly onProgress?: ((progress: MeasuringProgress) => void) | undefined;
}

/** What a circuit that was found keeps of the model's output, beside known circuits and circuits of other sizes. Plain data. */
export interface FoundMeasures {
  readonly ablation: AblationType;
  /** Of the circuit found, and of the known one that it is compared with; mean over so many of the task's prompts to measure on. */
  readonly divergence: {
    readonly metric: string;
    readonly circuit: number;
    readonly knownCircuit: number | null;
    readonly promptCount: number;
  };
  /** How well the model alone does the task, as `modelAccuracy` says it. */
  readonly accuracy: TaskAccuracy | null;
  /** What each circuit keeps with the rest resampled, and zero. */
  readonly ablationTable: NonNullable<CircuitReport["ablationTable"]>;
  /** Over circuits of growing size; what is kept of the answers for a circuit that was looked for by that. */
  readonly curve: CircuitReport["curve"];
  /** How the scores rank the edges of the known circuit. */
  readonly roc: CircuitReport["roc"];
  /** What was not measured or only in part, in words. */
  readonly notes: readonly string[];
}

/** What {@link MeasureFoundOptions} may be. */
export const measureFoundOptions = {
  ablation: coreKinds.ablationName,
  known: kind.listOf(kind.having("a circuit with `name` and `origin`", "name", "origin", "circuit")),
  curve: kind.oneOf(CURVES),
  rank: kind.oneOf(ranks),
  seconds: kind.positive,
  signal: kind.signal,
  onProgress: kind.callback,
} satisfies KindsOf<MeasureFoundOptions>;

/** A task, and what was found for it. */
export const foundForTask = {
  task: coreKinds.loadedTask,
  found: kind.having("what findCircuit gives", "circuit", "scores", "rankings", "options"),
};

/** What {@link measureFound} gives. */
export const foundMeasures = kind.shape("what measureFound gives", {
  ablation: coreKinds.ablationName,
  divergence: kind.shape("divergence", {
    metric: kind.text,
    circuit: kind.numeric,
    knownCircuit: kind.orNull(kind.numeric),
    promptCount: kind.whole,
  }),
  accuracy: kind.orNull(kind.record),
  ablationTable: kind.listOf(kind.record),
  curve: kind.optional(kind.record),
  roc: kind.optional(kind.listOf(kind.record)),
  notes: kind.listOf(kind.text),
} satisfies KindsOf<FoundMeasures>);

const check = signature("measureFound", foundForTask, measureFoundOptions);

/** Share of the time for measuring that one circuit may take, so that most is left for the curve. */
const CIRCUIT_SHARE = 0.3;

/**
 * Measures a circuit that was found on the task's prompts to measure on: how faithful it is, what it and known circuits keep under two
 * ablations, how faithful circuits of other sizes are, and how well the model alone does the task.
 *
 * @throws AutocircuitError `bad-input` for a task without such prompts and for circuits of another graph; `not-finite`; `aborted`
 *
 * @example
 * const found = await findCircuit(task, { algorithm: "edge-attribution", size: 20 });
 * const { divergence } = await measureFound(task, found, { curve: "none" });
 */
export async function measureFound(
  task: LoadedTask,
  found: FoundCircuit,
  options: MeasureFoundOptions = {},
): Promise<FoundMeasures> {
  check({ task, found }, options);
  const {
    ablation = found.ablation,
    known = knownCircuitOf(task),
    curve: detail = "full",
    rank = rankOfScores(found.scores),
    signal,
  } = options;
  using meter = new CircuitMeter(task.model, task.test, { signal });
  const time = new MeasuringTime(detail, options.seconds ?? found.seconds);
  const { circuit, select = "top" } = found;
  const compared = known[0];
  const { onProgress = () => undefined } = options;
  const accuracy = await meteredAccuracy(task, meter);
  const measuring = new CircuitMeasuring(meter, time, { circuitCount: circuitsToMeasure(), onProgress });
  const measured = await measuring.measure(circuit, ablation, CIRCUIT_SHARE);
  const beside = compared && (await measuring.measure(compared.circuit, ablation, CIRCUIT_SHARE));
  const before = (of: Circuit, type: AblationType) => {
    if (type !== ablation) return undefined;
    if (of === circuit) return measured;
    return of === compared?.circuit ? beside : undefined;
  };
  const table = await measureTable({ task, circuit, known, measuring, before });
  const metric = meter.numbers ? "mean squared error from the full model" : "KL(full model || circuit), nats";
  const { curve, notes } = await curveOf();
  return {
    ablation,
    divergence: {
      metric,
      circuit: measured.divergence,
      knownCircuit: beside?.divergence ?? null,
      promptCount: measured.promptCount,
    },
    accuracy,
    ablationTable: table.rows,
    curve,
    roc: compared && rankingBeside(found, compared, rank),
    notes: [...table.notes, ...notes],
  };

  async function curveOf(): ReturnType<typeof measureSizes> {
    const { edgeCount } = task.model.graph;
    if (found.keep) return { curve: keptCurve(found.keep, circuit.size, edgeCount), notes: [] };
    if (detail === "none") return { notes: [] };
    const ofCurve = {
      meter,
      metric,
      time,
      onProgress: (at: { done: number; total: number }) => onProgress({ step: "curve", ...at }),
    };
    const ofFound = { task, found, rank, known: compared?.circuit.size, ablation, measured };
    const { curve, notes } = await measureSizes({ ...ofFound, ...ofCurve });
    return { curve, notes: [...notes, ...(curve && select !== "top" ? [curveOfTop(select)] : [])] };
  }

  /** With which ablation, for the report's figures and for its table. */
  function circuitsToMeasure(): number {
    const types = tableAblations(task);
    const again = (types as readonly AblationType[]).includes(ablation) ? 0 : compared ? 2 : 1;
    return (1 + known.length) * types.length + again;
  }
}

/** Which circuits the curve has where the one found was chosen otherwise. */
function curveOfTop(select: Selection): string {
  return `The curve has the circuits of the edges that rank highest, size by size, not those that \`select: "${select}"\` would choose.`;
}

/** How the scores rank the edges of the known circuit; nothing where that is the whole graph. */
function rankingBeside(
  { algorithm, scores }: FoundCircuit,
  { name, circuit }: KnownCircuitInGraph,
  rank: Rank,
): CircuitReport["roc"] {
  if (circuit.size === circuit.graph.edgeCount) return undefined;
  const { points } = rocCurve(scoresInOrder(scores, rank), circuit);
  return [{ task: name, algorithm: rankedBy(algorithm, rank), points }];
}
