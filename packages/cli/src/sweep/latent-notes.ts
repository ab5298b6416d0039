import { formatNumber } from "@autocircuit/base";
import type { Row } from "@autocircuit/sweep";

/** How far from the original the models are of which a sweep's numbers are, a line for each task whose autoencoders cost something; means over units. */
export function latentNotes(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.map(({ task }) => task))].flatMap((task) => {
    const mean = (column: "prunedKl" | "replacedKl") => {
      const values = rows.filter((row) => row.task === task).map((row) => row[column]);
      const found = values.filter((value): value is number => typeof value === "number");
      return found.length === 0 ? undefined : formatNumber(found.reduce((sum, value) => sum + value, 0) / found.length);
    };
    const [pruning, replaced] = [mean("prunedKl"), mean("replacedKl")];
    const costs = [
      pruning === undefined ? [] : `latents are pruned: KL(unpruned || pruned) ${pruning} nats at a position`,
      replaced === undefined
        ? []
        : `what autoencoders leave out is dropped, so that "the model" is here what they make of it: KL(original || this) ${replaced} nats at a position`,
    ].flat();
    return costs.length === 0 ? [] : [`${task}: ${costs.join("; ")}`];
  });
}
