import type { AblationType, Circuit, KnownCircuitInGraph, LoadedTask } from "@autocircuit/core";
import type { CircuitMeasures } from "@autocircuit/metrics";
import type { AblationRow } from "@autocircuit/report";
import type { CircuitMeasuring } from "./circuit-measuring.ts";

/** Largest difference of an output value that counts as the same output: float32 noise of a compiled model stays far below. */
export const KEPT_BELOW = 1e-3;

/** Share of the time for measuring that goes into the table at most; the rest is the curve's. */
const TABLE_SHARE = 0.3;

/** What is measured for the table. */
interface TableParts {
  readonly task: LoadedTask;
  /** The circuit found. */
  readonly circuit: Circuit;
  readonly known: readonly KnownCircuitInGraph[];
  readonly measuring: CircuitMeasuring;
  /** What was measured already of a circuit: one circuit has one number everywhere, also where fewer prompts were run for want of time. */
  readonly before: (circuit: Circuit, ablation: AblationType) => CircuitMeasures | undefined;
}

/** What edges outside take in the table. */
export function tableAblations({ test }: LoadedTask): readonly ("resample" | "zero")[] {
  return test.unequal === null ? ["resample", "zero"] : ["zero"];
}

/** What stays of the output when everything outside a circuit is ablated: of the one found and of known ones, resampled and zero. */
export async function measureTable({ task, circuit, known, measuring, before }: TableParts): Promise<{
  rows: AblationRow[];
  notes: string[];
}> {
  const rows: AblationRow[] = [];
  const { unequal } = task.test;
  const notes = unequal === null ? [] : [`Not measured with resampled values: ${unequal}.`];
  const types = tableAblations(task);
  const circuits = [{ name: "found", circuit }, ...known];
  let left = circuits.length * types.length;
  const { meter, time } = measuring;
  let fewest = meter.promptCount;
  for (const { name, circuit: of } of circuits) {
    for (const ablation of types) {
      const share = TABLE_SHARE / left--;
      const measured = before(of, ablation) ?? (await measuring.measure(of, ablation, share));
      fewest = Math.min(fewest, measured.promptCount);
      const { kl, maxAbsDiff } = measured;
      rows.push({ circuit: name, ablation, kl, maxAbsDiff, kept: maxAbsDiff < KEPT_BELOW });
      const note = of !== circuit && ablation === "resample" ? positionNote(name, of, measured) : undefined;
      if (note) notes.push(note);
    }
  }
  if (fewest < meter.promptCount)
    notes.push(
      `Some circuits of the table of ablations were run on the first ${fewest} of ${meter.promptCount} prompts, ${time.reason}`,
    );
  return { rows, notes };
}

/** Says at which positions a circuit by token leaves the full model's output, if it covers only some. */
function positionNote(name: string, circuit: Circuit, { maxAbsDiffAt }: CircuitMeasures): string | undefined {
  const { seqLen } = circuit.graph;
  if (seqLen === null) return undefined;
  // The slice leaves out the first position, so the i-th output is that of position i + 1.
  const moved = maxAbsDiffAt.flatMap((difference, i) =>
    difference >= KEPT_BELOW ? [`${i + 1} (by up to ${difference.toFixed(2)})`] : [],
  );
  if (moved.length === 0) return undefined;
  const covered = [...new Set([...circuit].map((edge) => edge.token))].sort((a, b) => Number(a) - Number(b));
  return (
    `The circuit "${name}" covers positions ${covered.join(", ")}. With everything else resampled, the output leaves the full model's at ` +
    `position ${moved.join(", ")}.`
  );
}
