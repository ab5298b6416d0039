import { AutocircuitError, counted, type KindsOf, kind, signature } from "@autocircuit/base";
import { metricAxes, rocCurve, similarityMatrices } from "@autocircuit/metrics";
import {
  type AreaBar,
  areaPlotSvg,
  costPlotSvg,
  type Figure,
  type FiguresPage,
  type FiguresTable,
  metricPlotSvg,
  rocPlotSvg,
  similarityPlotSvg,
} from "@autocircuit/report";
import { type DoneUnit, unitRow } from "../results/result-rows.ts";
import { scoresOf } from "../results/scores-of.ts";
import { Cells, type MetricKind } from "./cells.ts";
import { meanCurve } from "./mean-curves.ts";
import { meanText, seedMean } from "./seed-means.ts";

/** Options of {@link compareSweep}. */
export interface CompareSweepOptions {
  /** The plan's name. */
  readonly name: string;
  /** The command that makes a unit's numbers again. */
  readonly command: (unit: string) => string;
  /** Circuit sizes at which algorithms are compared, beside those of the known circuits. Default none. */
  readonly similarAt?: readonly number[] | undefined;
}

const check = signature("compareSweep", { done: kind.listOf(kind.record) }, {
  name: kind.required(kind.text),
  command: kind.required(kind.callback),
  similarAt: kind.listOf(kind.count),
} satisfies KindsOf<CompareSweepOptions>);

/** Algorithms of which more than these make a picture that nobody can read: the best by area are drawn. */
const MOST_DRAWN = 12;
/** In a picture of ROC curves, which often lie on each other. */
const MOST_ROC = 6;
/** Points of a receiver operating characteristic that are drawn. */
const ROC_POINTS = 200;

/**
 * Compares the algorithms of a sweep, for `writeFigures`: curves by task with one standard deviation over seeds, areas under them, ROC and
 * similarity where scores allow it, cost against quality, and tables of all numbers, each with the command that makes it again.
 *
 * @throws AutocircuitError `bad-input` where nothing is done
 */
export async function compareSweep(done: readonly DoneUnit[], options: CompareSweepOptions): Promise<FiguresPage> {
  check({ done }, options);
  if (done.length === 0)
    throw new AutocircuitError("bad-input", "No unit is done yet: there is nothing to compare. Run the sweep first.");
  const cells = new Cells(done);
  const figures: Figure[] = [];
  for (const curves of cells.metrics()) figures.push(...(await metricFigures(cells, curves)));
  figures.push(...(await rocFigure(cells)), ...(await similarityFigure(cells, options.similarAt ?? [])));
  figures.push(...(await costFigure(cells)));
  const seeds = new Set(done.map(({ unit }) => unit.subject.seed)).size;
  const replaced = done.some(({ result }) => result.replacedKl !== null)
    ? ' Where what autoencoders leave out is dropped, "the model" is what they make of it: the table of autoencoders says how far that is from the original.'
    : "";
  const lead = `${counted(done.length, "unit")}: ${counted(cells.tasks.length, "task")}, ${cells.algorithms.length} algorithms and settings, ${counted(seeds, "seed")}. A number with ± is the mean over seeds and one standard deviation of them.${replaced}`;
  return { title: options.name, lead, figures, tables: [...summaryTables(cells), unitTable(done, options.command)] };
}

async function metricFigures(cells: Cells, kind: MetricKind): Promise<Figure[]> {
  const { metric, ablation, patch } = kind;
  const { title, log, least } = metricAxes[metric];
  const best = cells.best(kind, MOST_DRAWN);
  const series = cells.all().flatMap(({ task, algorithm, units }) => {
    const curves = units.flatMap((unit) => cells.curveOf(unit, kind));
    return curves.length === 0 || !best.has(algorithm) ? [] : [{ task, algorithm, points: meanCurve(curves) }];
  });
  const shown = series.some(({ points }) => points.some(({ value }) => Number.isFinite(value) && (!log || value > 0)));
  if (!shown) return [];
  const name = [metric, ablation, ...(patch === "tree" ? [] : [patch])].join("-");
  const words = `${title}, ${ablation} ablation`;
  const left = cells.algorithms.length > best.size ? ` The ${best.size} algorithms of largest area are drawn.` : "";
  const curve = await metricPlotSvg(series, { metric: title, log, least, title: words });
  const bars = areaBars(cells, kind, best);
  return [
    { name, title: words, caption: `Bands are one standard deviation.${left}`, svg: curve },
    ...(bars.length === 0
      ? []
      : [
          {
            name: `${name}-areas`,
            title: `Areas: ${words}`,
            caption:
              "Mean over tasks; algorithms without an area on one of them, as of a single circuit, are in the table alone.",
            svg: await areaPlotSvg(bars, { axis: "mean height of the curve" }),
          },
        ]),
  ];
}

/** Bars of the algorithms that have an area on every task that has areas at all: sums of others would say nothing. */
function areaBars(cells: Cells, kind: MetricKind, best: ReadonlySet<string>): AreaBar[] {
  const area = (task: string, algorithm: string) => seedMean(cells.areas(task, algorithm, kind))?.mean;
  const tasks = cells.tasks.filter((task) => cells.algorithms.some((algorithm) => area(task, algorithm) !== undefined));
  return [...best].flatMap((algorithm) => {
    const values = tasks.map((task) => area(task, algorithm));
    if (values.length === 0 || values.includes(undefined)) return [];
    const parts = tasks.map((task, i) => ({ task, value: values[i]! / tasks.length }));
    return [{ algorithm, parts, total: parts.reduce((sum, { value }) => sum + value, 0) }];
  });
}

async function rocFigure(cells: Cells): Promise<Figure[]> {
  const best = cells.bestByKnown(MOST_ROC);
  const series = [];
  for (const { task, algorithm, units } of cells.all()) {
    const [{ result }] = units as [DoneUnit];
    const { knownEdges } = result.subject;
    if (knownEdges === null || !best.has(algorithm)) continue;
    const { points } = rocCurve(await scoresOf(result), knownEdges);
    const step = Math.max(1, Math.ceil(points.length / ROC_POINTS));
    series.push({ task, algorithm, points: points.filter((_, i) => i % step === 0 || i === points.length - 1) });
  }
  if (series.length === 0) return [];
  const caption = `Against the known circuit that fits what the algorithm ablates with, of the first seed.${cells.algorithms.length > best.size ? ` The ${best.size} of largest area are drawn.` : ""}`;
  return [{ name: "roc", title: "Receiver operating characteristic", caption, svg: await rocPlotSvg(series) }];
}

async function similarityFigure(cells: Cells, sizes: readonly number[]): Promise<Figure[]> {
  const best = cells.bestByKnown(MOST_DRAWN);
  const panels = [];
  for (const task of cells.tasks) {
    const units = cells.all().filter((one) => one.task === task && best.has(one.algorithm));
    // Each unit is compared with the circuit that fits what it ablates with: there may be several sizes.
    const counts = new Set(units.map(({ units }) => units[0]?.result.subject.knownEdges?.length ?? null));
    const knownEdgeCount = counts.size === 1 ? [...counts][0]! : null;
    const knownSizes = counts.size === 1 ? [] : [...counts].filter((count) => count !== null);
    if (units.length < 2) continue;
    const scores: Record<string, Awaited<ReturnType<typeof scoresOf>>> = {};
    for (const { algorithm, units: own } of units) scores[algorithm] = await scoresOf(own[0]!.result);
    // Other tasks of the sweep may have larger graphs.
    const most = Math.max(...Object.values(scores).map(({ graph }) => graph.edgeCount));
    const own = [...new Set([...sizes.filter((size) => size <= most), ...knownSizes])].sort((a, b) => a - b);
    if (knownEdgeCount === null && own.length === 0) continue;
    panels.push(...similarityMatrices({ [task]: scores }, { sizes: own, knownEdgeCounts: { [task]: knownEdgeCount } }));
  }
  if (panels.length === 0) return [];
  const caption =
    "Edges that two circuits of a size share, of the first seed; empty where ties leave no circuit of that size.";
  return [{ name: "similarity", title: "Similarity", caption, svg: await similarityPlotSvg(panels) }];
}

async function costFigure(cells: Cells): Promise<Figure[]> {
  const [first] = cells.metrics();
  const known = cells.all().some(({ units }) => units[0]!.result.truth !== null);
  if (!known && first === undefined) return [];
  const points = cells.all().flatMap(({ task, algorithm, units }) => {
    const cost = seedMean(units.map(({ times }) => times?.discover));
    const quality = known
      ? seedMean(units.map(({ result }) => result.truth?.auroc))
      : seedMean(cells.areas(task, algorithm, first!));
    return cost && quality && cost.mean > 0 ? [{ task, algorithm, cost: cost.mean, quality: quality.mean }] : [];
  });
  if (points.length === 0) return [];
  const quality = known ? "area under the ROC curve" : `area, ${metricAxes[first!.metric].title}`;
  const svg = await costPlotSvg(points, { cost: "seconds of the algorithm", quality });
  return [{ name: "cost", title: "Cost against quality", svg }];
}

function summaryTables(cells: Cells): FiguresTable[] {
  const rows = cells.all().map(({ task, algorithm, units }) => {
    const of = units.map(unitRow) as Record<string, number | null>[];
    const column = (name: string) => meanText(of.map((row) => row[name]));
    return { task, algorithm, column };
  });
  const table = (title: string, caption: string, names: Readonly<Record<string, string>>): FiguresTable[] => {
    const filled = rows.map(({ task, algorithm, column }) => [task, algorithm, ...Object.values(names).map(column)]);
    const there = filled.filter((row) => row.slice(2).some((value) => value !== null));
    return there.length === 0
      ? []
      : [{ title, caption, columns: ["task", "algorithm", ...Object.keys(names)], rows: there }];
  };
  const areas = cells.metrics().map((kind): FiguresTable => {
    const all = cells
      .all()
      .map(({ task, algorithm }) => [task, algorithm, meanText(cells.areas(task, algorithm, kind))]);
    const { metric, ablation } = kind;
    return {
      title: `Areas: ${metricAxes[metric].title}, ${ablation} ablation`,
      caption:
        "Mean height of the curve over the logarithm of the size, between the empty circuit (0) and the whole graph (1).",
      columns: ["task", "algorithm", "area"],
      rows: all.filter((row) => row[2] !== null),
    };
  });
  return [
    ...table("Against the known circuit", "Areas under the ROC curve and the precision-recall steps.", {
      AUROC: "auroc",
      "average precision": "averagePrecision",
    }),
    ...table("MIB", "CPR of signed scores, CMD of absolute ones, on the linear axis.", {
      CPR: "cpr",
      CMD: "cmd",
    }),
    ...areas.filter(({ rows }) => rows.length > 0),
    ...table(
      "Autoencoders",
      "KL(all latents || those kept) of pruning, and KL(original || with autoencoders) where what these leave out is dropped, in nats at a position.",
      { pruning: "prunedKl", "in their parts' places": "replacedKl" },
    ),
    ...table(
      "Cost",
      "Seconds on the wall of the algorithm and of its measures; most memory of the process, in bytes.",
      {
        "seconds, algorithm": "discoverSeconds",
        "seconds, measures": "measureSeconds",
        "peak memory": "peakMemoryBytes",
      },
    ),
  ];
}

function unitTable(done: readonly DoneUnit[], command: (unit: string) => string): FiguresTable {
  return {
    title: "Units",
    caption: "The command makes a unit's numbers again where its result is not there.",
    columns: ["task", "algorithm", "seed", "AUROC", "CPR", "CMD", "seconds", "command"],
    rows: done.map((one) => {
      const { task, key, seed, auroc, cpr, cmd, seconds } = unitRow(one) as Record<string, string | number | null>;
      return [task!, key!, seed!, auroc!, cpr!, cmd!, seconds!, command(one.unit.hash)];
    }),
  };
}
