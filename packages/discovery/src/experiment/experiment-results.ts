import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { AblationType, PatchType, PruneScores } from "@autocircuit/core";
import type { CurvesByTask, MetricName, ScoresByTask } from "@autocircuit/metrics";
import type { ExperimentTask } from "./experiment-task.ts";
import type { MeasuredSeries, RecordedAlgorithm, ResultParts, ScoredTask } from "./result-parts.ts";
import { loadResults, saveResults } from "./results-folder.ts";

const checkSave = signature("ExperimentResults.save", { folder: kind.text });
const checkLoad = signature("ExperimentResults.load", { folder: kind.text });

/**
 * What algorithms found on tasks, and how their circuits measure. Immutable: adding to results gives new ones.
 *
 * @example
 * const results = await runAlgorithms([task], ["ACDC", "Random"], { folder: "results" });
 * (await ExperimentResults.load("results")).scoresOf(task.key, "ACDC").top(5);
 */
export class ExperimentResults implements ResultParts {
  readonly tasks: readonly ExperimentTask[];
  readonly algorithms: readonly RecordedAlgorithm[];
  readonly scored: readonly ScoredTask[];
  readonly series: readonly MeasuredSeries[];

  constructor({ tasks, algorithms, scored, series }: Partial<ResultParts> = {}) {
    this.tasks = tasks ?? [];
    this.algorithms = algorithms ?? [];
    this.scored = scored ?? [];
    this.series = series ?? [];
  }

  /** The same with more. */
  with({ tasks = [], algorithms = [], scored = [], series = [] }: Partial<ResultParts>): ExperimentResults {
    return new ExperimentResults({
      tasks: [...this.tasks, ...tasks],
      algorithms: [...this.algorithms, ...algorithms],
      scored: [...this.scored, ...scored],
      series: [...this.series, ...series],
    });
  }

  /** What an algorithm found on a task. @throws AutocircuitError `unknown-name` where it was not run there */
  scoresOf(task: string, algorithm: string): PruneScores {
    const found = this.scored.find((one) => one.task === task && one.algorithm === algorithm);
    if (found) return found.scores;
    const there = this.scored.map((one) => `${one.algorithm} on ${one.task}`).join(", ");
    throw new AutocircuitError(
      "unknown-name",
      `There are no scores of ${algorithm} on ${task}. There are: ${there || "none"}.`,
    );
  }

  /** All scores, for `similarityMatrices`. */
  scoresByTask(): ScoresByTask {
    return this.#byTask(this.scored, ({ scores }) => scores);
  }

  /** Number of edges of each task's known circuit; null where none is known. */
  knownEdgeCounts(): Readonly<Record<string, number | null>> {
    return Object.fromEntries(this.tasks.map(({ key, knownEdges }) => [key, knownEdges?.length ?? null]));
  }

  /** The curves of one metric, for `areaSummary`. */
  curves(metric: MetricName, ablation: AblationType = "resample", patch: PatchType = "tree"): CurvesByTask {
    const wanted = this.series.filter(
      (one) => one.metric === metric && one.ablation === ablation && one.patch === patch,
    );
    return this.#byTask(wanted, ({ points }) => points);
  }

  /**
   * Writes everything into a folder, which is made if need be: `experiment.json`, and one safetensors file for each algorithm and task
   * under `scores/`. Score files that were written there or read from there are not written again. Other results that are there stay:
   * everything is added to them. Saves come one after the other, those of other processes too: meanwhile the folder has the claim of one
   * (`experiment.json.claim`), which lapses with its process, or with a minute of its silence.
   *
   * @throws AutocircuitError `bad-file` where it cannot be written, or what is there cannot be read; `bad-input` where what is there is of other
   *   tasks, options, scores or curves under the same keys
   */
  async save(folder: string): Promise<void> {
    checkSave({ folder });
    await saveResults(folder, this);
  }

  /**
   * Reads what {@link save} wrote.
   *
   * @throws AutocircuitError `not-found` where there is none, `bad-file` naming what is wrong
   */
  static async load(folder: string): Promise<ExperimentResults> {
    checkLoad({ folder });
    return new ExperimentResults(await loadResults(folder));
  }

  #byTask<T extends { task: string; algorithm: string }, V>(
    list: readonly T[],
    value: (entry: T) => V,
  ): Record<string, Record<string, V>> {
    const keys = [...new Set(list.map(({ task }) => task))];
    const ofTask = (key: string) => list.filter(({ task }) => task === key);
    return Object.fromEntries(
      keys.map((key) => [key, Object.fromEntries(ofTask(key).map((entry) => [entry.algorithm, value(entry)]))]),
    );
  }
}
