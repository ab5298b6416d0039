import { type KindsOf, kind, signature } from "@autocircuit/base";
import { type LatentLabels, type LoadedTask, labelledLatents, optionsFoundWith, runVersions } from "@autocircuit/core";
import { memory } from "@autocircuit/native";
import type { CircuitReport } from "@autocircuit/report";
import type { FoundCircuit } from "../find-circuit/find-circuit.ts";
import { TrainedScores } from "../training/trained-scores.ts";
import { faithfulText } from "./faithful-text.ts";
import {
  type FoundMeasures,
  foundForTask,
  foundMeasures,
  type MeasureFoundOptions,
  measureFound,
  measureFoundOptions,
} from "./found-measures.ts";
import type { FoundStability } from "./found-stability.ts";
import { keptNotes } from "./kept-report.ts";
import { knownCircuitOf } from "./known-circuit.ts";
import { accuracyNotes, reportAccuracy } from "./model-accuracy.ts";
import { processingOption } from "./processing-option.ts";
import { reportEdge } from "./report-edge.ts";
import { reportEdges, stabilityOrNull } from "./report-edges.ts";
import { reportGraph } from "./report-graph.ts";
import { sourceNorms } from "./source-norms.ts";
import { stabilityReport } from "./stability-report.ts";
import { namedPositions } from "./token-labels.ts";

/** Options of {@link reportOf}. */
export interface ReportOfOptions extends MeasureFoundOptions {
  /**
   * What was measured already, by {@link measureFound} with the same `known`; the other options of measuring are then not looked at. Default: it
   * is measured now.
   */
  readonly measures?: FoundMeasures | undefined;
  /** How stable it is, as `foundStability` says: the report has it in words and as a curve, and how sure each edge is. Default: nothing is said of it. */
  readonly stability?: FoundStability | null | undefined;
  /** What latents stand for, `{ "MLP 2 Latent 17": "years" }`: shown beside their names; see {@link labelledLatents}. */
  readonly labels?: LatentLabels | undefined;
  /** Parts of the report that are known better or that only the caller knows: title, model, command, tests, what the notes begin with. */
  readonly about?: Partial<Omit<CircuitReport, "graph">> | undefined;
}

/** What names of latents say that were kept for each position by itself. */
const BY_POSITION =
  "Latents were kept for each position by itself: a number in a name says where a latent stands among those of its position, and it is another latent at each.";

const texts = kind.listOf(kind.text);
const edges = kind.listOf(
  kind.shape("an edge as `scoredEdges` gives it", {
    edge: kind.text,
    token: kind.orNull(kind.whole),
    score: kind.numeric,
  }),
);

const check = signature("reportOf", foundForTask, {
  ...measureFoundOptions,
  measures: foundMeasures,
  stability: stabilityOrNull,
  labels: kind.record,
  about: kind.shape("parts of a report, of which `notes` are a list of texts and `circuit` is one of edges", {
    notes: kind.optional(texts),
    circuit: kind.optional(edges),
  }),
} satisfies KindsOf<ReportOfOptions>);

/**
 * The report of a circuit that was found: the circuit beside the known one, how well the model alone does the task, what each circuit keeps under
 * two ablations and on prompts by which its size was not chosen, a curve over sizes, how the scores rank the known edges, how training went. `writeReport` of the report package makes a page, a diagram and JSON of it.
 *
 * @throws AutocircuitError what {@link measureFound} throws, {@link labelledLatents} of labels, and {@link reportEdges} of `stability`; `aborted`
 *
 * @example
 * const found = await findCircuit(task, { algorithm: "edge-attribution", size: 20 });
 * const report = await reportOf(task, found, { about: { title: "Twenty edges" } });
 */
export async function reportOf(
  task: LoadedTask,
  found: FoundCircuit,
  options: ReportOfOptions = {},
): Promise<CircuitReport> {
  check({ task, found }, options);
  const { about = {}, known = knownCircuitOf(task), measures, stability, labels, signal, ...measuring } = options;
  const labelled = labels && labelledLatents(task.model, labels);
  const shown = reportGraph(task.model.graph, labelled?.labels);
  const {
    divergence,
    ablation,
    accuracy: alone,
    ablationTable,
    curve,
    roc,
    notes,
  } = measures ?? (await measureFound(task, found, { ...measuring, known, signal }));
  const { circuit, keep, algorithm, seconds } = found;
  const { graph } = task.model;
  const compared = known[0];
  const positions = namedPositions(task);
  const activation = await sourceNorms(task, signal);
  const accuracy = "accuracy" in about ? about.accuracy : reportAccuracy(alone);
  const row = (name: string, value: number, size: number) => ({ name: `${name}, ${ablation}`, value, size });
  return {
    title: task.name,
    task: task.name,
    accuracy,
    tokenLabels: positions.labels,
    varyingTokens: positions.varying,
    algorithm,
    known: compared && {
      name: compared.name,
      origin: compared.origin,
      edges: [...compared.circuit].map(reportEdge),
    },
    kept: keep,
    faithful: found.faithful,
    divergence: {
      metric: divergence.metric,
      rows: [
        row("circuit found", divergence.circuit, circuit.size),
        ...(compared && divergence.knownCircuit !== null
          ? [row(`${compared.name} circuit`, divergence.knownCircuit, compared.circuit.size)]
          : []),
      ],
    },
    stability: stability ? stabilityReport(stability, algorithm) : undefined,
    training: found.rankings.find((ranking) => ranking instanceof TrainedScores)?.history,
    seconds,
    peakMemoryBytes: (await memory()).peakMemoryBytes,
    versions: runVersions(),
    ...about,
    options: { ...(about.options ?? { ...optionsFoundWith(found), ablation }), ...processingOption(task) },
    graph: shown,
    circuit: (about.circuit ?? reportEdges(found, stability)).map((edge) => ({
      ...edge,
      activation: activation(edge),
    })),
    ...{ ablationTable, curve, roc },
    notes: [
      ...(about.notes ?? [...task.notes, ...found.notes]),
      ...(labelled?.note ? [labelled.note] : []),
      ...(shown.latentsByPosition ? [BY_POSITION] : []),
      ...(found.faithful ? [faithfulText(found.faithful)] : []),
      ...(keep ? keptNotes(keep, circuit.size, graph.edgeCount) : []),
      ...notes,
      ...accuracyNotes(accuracy),
    ],
  };
}
