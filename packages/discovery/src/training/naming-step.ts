import { AutocircuitError } from "@autocircuit/base";

/** Where training is. */
export interface TrainingStep {
  /** From 0; `total` for what is done with the result. */
  readonly step: number;
  readonly total: number;
  /** Batches an epoch. */
  readonly batchCount: number;
}

/**
 * Does something of a step; numbers that are none say in which step they came up.
 *
 * @throws AutocircuitError `not-finite` that names step, epoch and batch, for numbers that are none; other errors as they are
 */
export async function namingStep<T>(at: TrainingStep, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isAboutNumbers(error)) throw error;
    throw new AutocircuitError("not-finite", `${stepName(at)}: ${error.message}`, { cause: error });
  }
}

/** A step as messages call it. */
export function stepName({ step, total, batchCount }: TrainingStep): string {
  if (step >= total) return `Training, after step ${total} of ${total}`;
  return `Training, step ${step + 1} of ${total} (epoch ${Math.floor(step / batchCount) + 1}, batch ${step % batchCount})`;
}

/** The engine calls what a step made bad input where it is given back to it. */
function isAboutNumbers(error: unknown): error is AutocircuitError {
  return error instanceof AutocircuitError && (error.code === "not-finite" || /not finite/.test(error.message));
}
