import type { RocSeries } from "./plots/roc-series.ts";
import type { TrainingCurves } from "./plots/training-curves.ts";

/** One node of the graph, as `graph.sources` and `graph.destinations` of `@autocircuit/core` list them. */
export interface ReportNode {
  /** `Resid Start`, `A0.3`, `MLP 0`, `MLP 0 Latent 17`, or with the input it reads: `A1.2.Q`. */
  readonly name: string;
  /** Layer in the graph's own counting: an edge exists where `src.layer < dest.layer`. */
  readonly layer: number;
  readonly head: number | null;
  /** What a latent stands for, in a few words; shown beside its name. */
  readonly label?: string | undefined;
}

/** What a diagram has to know of the model and its computation graph. */
export interface ReportGraph {
  /** Transformer blocks. */
  readonly layers: number;
  /** Attention heads in a block. */
  readonly heads: number;
  readonly attnOnly: boolean;
  /** Attention and MLP read the same residual stream. */
  readonly parallel: boolean;
  /** Sources and destinations, each in network order. */
  readonly nodes: { readonly sources: readonly ReportNode[]; readonly destinations: readonly ReportNode[] };
  /** Edges of the whole graph, counted once at each position in a graph by token. */
  readonly edgeCount: number;
  /** Positions of a graph by token, or spans; null where an edge covers all positions. */
  readonly seqLen: number | null;
  /** Whether the positions are spans of prompts, named by the report's `tokenLabels`. Default false. */
  readonly spans?: boolean | undefined;
  /**
   * Whether latents were kept for each position by itself: a latent's number then says where it stands among those of its position, and it is
   * another latent at each. Default false.
   */
  readonly latentsByPosition?: boolean | undefined;
}

/** An edge inside a head: from the keys, or values, of one span to the queries of another. */
export interface ReportCrossing {
  /** `A1.2.K`. */
  readonly input: string;
  readonly from: string;
  readonly to: string;
  readonly score: number;
}

/** An edge of a known circuit. */
export interface ReportEdge {
  /** `A0.3->A1.2.Q`. */
  readonly edge: string;
  /** Position from 0, or null in a graph that is not by token. */
  readonly token: number | null;
}

/** An edge of the circuit that was found: core's `ScoredEdge`, and what else a report says of it. */
export interface ReportScoredEdge extends ReportEdge {
  /** Prune score; its absolute value is the importance, infinity is allowed (ACDC gives it). */
  readonly score: number;
  /** Between which limits the score lies with other prompts of the kind, 95 %. */
  readonly interval?: readonly [low: number, high: number] | undefined;
  /** In which share of the resamples of the prompts it is among as many edges as the circuit has, 0 to 1. */
  readonly frequency?: number | undefined;
  /** How much its source writes for one prompt: the norm of the output. */
  readonly activation?: number | undefined;
}

/** The known circuit to compare with. */
export interface ComparedCircuit {
  readonly name: string;
  /** Paper or other reference. */
  readonly origin: string;
  readonly edges: readonly ReportEdge[];
}

/** A value of a report table. */
export type Cell = string | number | boolean | null;

/** One row of measurements; further keys become further columns. */
export interface DivergenceRow {
  /** What was run: "found circuit, resample". */
  readonly name: string;
  readonly value: number;
  readonly [column: string]: Cell;
}

/** How far the outputs of circuits alone are from the full model's. */
export interface Divergence {
  /** Name and unit of `value`: "KL(full model || circuit), nats". */
  readonly metric: string;
  readonly rows: readonly DivergenceRow[];
}

/** How far the output moves when everything outside a circuit is ablated. */
export interface AblationRow {
  readonly circuit: string;
  readonly ablation: string;
  /** KL divergence from the full model, in nats. */
  readonly kl?: number | null | undefined;
  /** Largest absolute difference of any logit from the full model's. */
  readonly maxAbsDiff?: number | null | undefined;
  /** Whether the output counts as kept. */
  readonly kept: boolean;
}

/** What a circuit keeps of the full model's right answers. */
export interface KeptShare {
  /** Answers that the full model gets right. */
  readonly answers: number;
  /** How many of them the circuit alone gets right. */
  readonly keptCount: number;
  /** Prompt pairs that they are of, and how many there were: of fewer the circuit was found on the first only. Default: all. */
  readonly promptCount?: number | undefined;
  readonly loaded?: number | undefined;
}

/** What a circuit keeps of the full model's logit difference, which its size was chosen by. */
export interface FaithfulShare {
  /** From 0 to 1, on the prompts that it was chosen on; null where the full model has none. */
  readonly keptShare: number | null;
  readonly promptCount: number;
  /** The same on prompts that it was not chosen on; null where there are none. */
  readonly heldOut: { readonly keptShare: number | null; readonly promptCount: number } | null;
}

/** How often the answer of the model alone is right. */
export interface ModelAccuracy {
  /** From 0 to 1. */
  readonly share: number;
  /** What the right answer is compared with. */
  readonly against: "wrong answers" | "all tokens";
  readonly promptCount: number;
}

/** One measured circuit size, or another count where a curve is drawn across one. */
export interface CurvePoint {
  readonly size: number;
  readonly value: number;
  /** Which line the point belongs to: an algorithm, an ablation. */
  readonly series: string;
}

/** How stable circuits are when the prompts are drawn again. */
export interface ReportStability {
  /** In words. */
  readonly text: string;
  /** Mean Jaccard index of the resamples' circuits by size; none where no size can be judged. */
  readonly curve?: Curve | undefined;
}

/** What a test of the circuit hypothesis came to. */
export interface ReportTest {
  readonly test: string;
  /** Null where nothing could be tested, or told. */
  readonly passed: boolean | null;
  /** It was tested, and there are too few prompts, or random circuits, to tell. */
  readonly undecided?: boolean | undefined;
  /** The verdict in words. */
  readonly text: string;
}

/** Axis scale. A `log` axis shows values at or below zero too: it is linear around zero (symlog) where they occur. */
export type CurveScale = "linear" | "log";

/** A metric against the number of edges, or against something else that is counted. */
export interface Curve {
  /** What is counted on the horizontal axis; `edges` by default. */
  readonly across?: string | undefined;
  readonly metric: string;
  /** Unit of the metric, "" where it has none. */
  readonly unit: string;
  readonly points: readonly CurvePoint[];
  /** A level to compare with, drawn across the plot: the full model, a random circuit. */
  readonly baseline?: { readonly name: string; readonly value: number } | undefined;
  /** Scale of the edge axis; `linear` by default. */
  readonly edgeScale?: CurveScale | undefined;
  /** Scale of the value axis; `linear` by default. */
  readonly valueScale?: CurveScale | undefined;
}

/** Everything a report shows. Plain data: it can be written as JSON, except for infinite scores. */
export interface CircuitReport {
  readonly title: string;
  readonly task: string;
  /** What the model is called. */
  readonly model?: string | undefined;
  /** How well the model alone does the task. */
  readonly accuracy?: ModelAccuracy | undefined;
  readonly algorithm: string;
  /** Options of the run, shown as they are. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly graph: ReportGraph;
  /** One label per position of a graph by token: "BOS", "1", "2". */
  readonly tokenLabels?: readonly string[] | undefined;
  /** Positions whose label is the token of the first prompt, where other prompts have others; marked in the picture. Default none. */
  readonly varyingTokens?: readonly number[] | undefined;
  readonly circuit: readonly ReportScoredEdge[];
  /** Of a circuit over spans: the edges inside heads that are in it. */
  readonly crossing?: readonly ReportCrossing[] | undefined;
  readonly known?: ComparedCircuit | undefined;
  /** For a circuit that was looked for by what it keeps. */
  readonly kept?: KeptShare | undefined;
  /** For a circuit whose size was chosen by what it keeps of the logit difference. */
  readonly faithful?: FaithfulShare | undefined;
  /** Findings in words, one a line. */
  readonly notes: readonly string[];
  readonly divergence?: Divergence | undefined;
  readonly ablationTable?: readonly AblationRow[] | undefined;
  readonly curve?: Curve | undefined;
  /** How the scores rank the known circuit's edges; a panel a circuit. */
  readonly roc?: readonly RocSeries[] | undefined;
  /** How training went, of algorithms that train. */
  readonly training?: TrainingCurves | undefined;
  readonly stability?: ReportStability | undefined;
  readonly tests?: readonly ReportTest[] | undefined;
  /** The command line that makes this report again. */
  readonly command?: string | undefined;
  /** Wall-clock time of the run. */
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  /** Name to version: the addon, LibTorch, Node. */
  readonly versions: Readonly<Record<string, string>>;
}
