import { haveRange } from "@autocircuit/metrics";
import type { DataSetMeasures, EvaluateLine, EvaluateRequest, Measures, PromptMeasures } from "../../api/index.ts";
import { chosenPair } from "../model/circuit-choice.ts";
import { priorities } from "../queue/work-queue.ts";
import type { StudioState } from "../studio-state.ts";
import type { MeasuredPrompts } from "./measures.ts";

/** What is measured of each group, in this order. */
const COLUMNS = ["full", "circuit", "patched", "empty"] as const;
type Column = (typeof COLUMNS)[number];

/**
 * The data set through the full model, the circuit and the circuit without the clicked edges, group by group.
 *
 * @throws AutocircuitError for what cannot be run; `aborted`
 */
export async function* evaluate(
  { subject, sets, means: ablations, dataSet, queue }: StudioState,
  request: EvaluateRequest,
  signal: AbortSignal,
): AsyncGenerator<EvaluateLine, void, void> {
  const { graph } = subject.model;
  const { circuit, patched } = chosenPair(sets, graph, request);
  // With all edges ablated faithfulness is 0.
  const empty = { key: "none", size: 0, edges: new Uint8Array(graph.edgeCount) };
  const circuits = [null, circuit, patched, empty];
  const total = Math.min(request.promptCount ?? Number.POSITIVE_INFINITY, subject.prompts.promptCount);
  const sums = Object.fromEntries(COLUMNS.map((column) => [column, new Sums()])) as Record<Column, Sums>;
  await ablations.prepare(request.ablation, signal);
  let done = 0;
  for (const group of await queue.run(priorities.dataSet, signal, () => dataSet.groups(signal))) {
    if (done >= total) break;
    const found: MeasuredPrompts[] = [];
    for (const one of circuits)
      found.push(await queue.run(priorities.dataSet, signal, () => dataSet.measure(group, one, request, signal)));
    const rows: PromptMeasures[] = [];
    for (let place = 0; place < group.slice.size && done < total; place++, done++) {
      for (const [column, name] of COLUMNS.entries()) sums[name].add(found[column]!, place);
      const at = (column: Column) => measuresAt(found[COLUMNS.indexOf(column)]!, place);
      rows.push({ index: group.first + place, full: at("full"), circuit: at("circuit"), patched: at("patched") });
    }
    yield { type: "prompts", done, total, rows };
  }
  const means = (column: Column) => sums[column].means(sums.empty.logitDiff, sums.full.logitDiff);
  yield { type: "done", circuit: means("circuit"), patched: means("patched"), full: means("full") };
}

function measuresAt({ logitDiff, kl, correct }: MeasuredPrompts, place: number): Measures {
  return {
    logitDiff: logitDiff && logitDiff[place]!,
    // Rounding errors can make it less.
    kl: kl && Math.max(0, kl[place]!),
    correct: correct && correct[place]!,
  };
}

/** Means over prompts; null where a prompt has none. */
class Sums {
  #count = 0;
  #logitDiff: number | null = 0;
  #kl: number | null = 0;
  #correct: number | null = 0;

  add({ logitDiff, kl, correct }: MeasuredPrompts, place: number): void {
    const plus = (sum: number | null, values: Float64Array | null) =>
      sum === null || values === null ? null : sum + values[place]!;
    this.#count++;
    this.#logitDiff = plus(this.#logitDiff, logitDiff);
    this.#kl = plus(this.#kl, kl);
    this.#correct = plus(this.#correct, correct);
  }

  get logitDiff(): number | null {
    return this.#mean(this.#logitDiff);
  }

  means(empty: number | null, full: number | null): DataSetMeasures {
    const { logitDiff } = this;
    const kl = this.#mean(this.#kl);
    const ranges = logitDiff !== null && empty !== null && full !== null && haveRange(full, empty);
    return {
      logitDiff,
      kl: kl === null ? null : Math.max(0, kl),
      accuracy: this.#mean(this.#correct),
      // Where ablating everything changes nothing there is nothing to be faithful to.
      faithfulness: ranges ? (logitDiff - empty) / (full - empty) : null,
    };
  }

  #mean(sum: number | null): number | null {
    return sum === null || this.#count === 0 ? null : sum / this.#count;
  }
}
