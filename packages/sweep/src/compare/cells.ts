import type { MetricName } from "@autocircuit/metrics";
import type { DoneUnit } from "../results/result-rows.ts";
import type { UnitSeries } from "../unit/run-unit.ts";
import { areaOf } from "./mean-curves.ts";
import { seedMean } from "./seed-means.ts";

/** A metric under one ablation. */
export interface MetricKind {
  readonly metric: MetricName;
  readonly ablation: string;
  readonly patch: string;
}

/** The units of one algorithm on one task, by seed. */
export interface Cell {
  readonly task: string;
  readonly algorithm: string;
  readonly units: readonly DoneUnit[];
}

/** Done units as a table of tasks by algorithms, in the plan's order. */
export class Cells {
  readonly tasks: readonly string[];
  readonly algorithms: readonly string[];
  readonly #cells: readonly Cell[];

  constructor(done: readonly DoneUnit[]) {
    const cells = new Map<string, { task: string; algorithm: string; units: DoneUnit[] }>();
    for (const one of done) {
      const [task, algorithm] = [one.unit.subject.task.key, one.unit.key];
      const place = JSON.stringify([task, algorithm]);
      const cell = cells.get(place) ?? { task, algorithm, units: [] };
      cell.units.push(one);
      cells.set(place, cell);
    }
    this.#cells = [...cells.values()];
    this.tasks = [...new Set(this.#cells.map(({ task }) => task))];
    this.algorithms = [...new Set(this.#cells.map(({ algorithm }) => algorithm))];
  }

  all(): readonly Cell[] {
    return this.#cells;
  }

  /** Every metric under every ablation that some unit has. */
  metrics(): MetricKind[] {
    const kinds = this.#cells.flatMap(({ units }) =>
      units.flatMap(({ result }) =>
        result.series.map(({ metric, ablation, patch }): MetricKind => ({ metric, ablation, patch })),
      ),
    );
    return [...new Map(kinds.map((one) => [JSON.stringify(one), one])).values()];
  }

  /** A unit's curve of a metric, if it has one. */
  curveOf({ result }: DoneUnit, { metric, ablation, patch }: MetricKind): UnitSeries["points"][] {
    return result.series
      .filter((one) => one.metric === metric && one.ablation === ablation && one.patch === patch)
      .map(({ points }) => points);
  }

  /** The areas under the curves of a cell, one a seed. */
  areas(task: string, algorithm: string, kind: MetricKind): (number | null)[] {
    const cell = this.#cells.find((one) => one.task === task && one.algorithm === algorithm);
    return (cell?.units ?? []).flatMap((unit) => this.curveOf(unit, kind).map((points) => areaOf(kind.metric, points)));
  }

  /** The algorithms whose mean area over tasks is largest. */
  best(kind: MetricKind, most: number): ReadonlySet<string> {
    return this.#largest(most, (algorithm) => this.tasks.flatMap((task) => this.areas(task, algorithm, kind)));
  }

  /** The algorithms that tell the edges of the known circuits best. */
  bestByKnown(most: number): ReadonlySet<string> {
    return this.#largest(most, (algorithm) =>
      this.#cells
        .filter((cell) => cell.algorithm === algorithm)
        .flatMap(({ units }) => units.map(({ result }) => result.truth?.auroc)),
    );
  }

  #largest(most: number, values: (algorithm: string) => (number | null | undefined)[]): ReadonlySet<string> {
    if (this.algorithms.length <= most) return new Set(this.algorithms);
    const ranked = this.algorithms
      .map((algorithm) => ({ algorithm, mean: seedMean(values(algorithm))?.mean ?? Number.NEGATIVE_INFINITY }))
      .sort((a, b) => b.mean - a.mean);
    return new Set(ranked.slice(0, most).map(({ algorithm }) => algorithm));
  }
}
