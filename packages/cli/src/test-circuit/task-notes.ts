import type { CircuitTests } from "@autocircuit/metrics";
import { formatNumber } from "../support/table.ts";

/** What prompts, and the model's scores of them, leave to be tested. */
export function taskNotes({ prompts, distinct, means, score }: Omit<CircuitTests, "verdicts" | "edges">): string[] {
  const notes: string[] = [];
  if (distinct < prompts)
    notes.push(
      `of the ${prompts} prompts ${distinct} ${distinct === 1 ? "is" : "are"} distinct: the tests count each once.`,
    );
  if (means.full < means.ablated)
    notes.push(
      `the model's ${score} of ${formatNumber(means.full)} is below the ${formatNumber(means.ablated)} with every edge ablated: it does not do this task, ` +
        "and what is tested is what makes it do worse.",
    );
  return notes;
}
