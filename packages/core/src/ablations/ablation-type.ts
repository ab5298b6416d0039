/** How the values of an ablation come about. */
export interface AblationKind {
  /**
   * `none`: they are zero. `other-run`: each prompt's own in the run of the other prompt of its pair. Else means of a source's outputs, by
   * position or over all positions.
   */
  readonly values: "none" | "other-run" | "mean-by-position" | "mean";
  /** What a mean is over: the batch, or these prompts of the whole data set. */
  readonly over?: "batch" | readonly ("clean" | "corrupt")[];
  /** What they are, in words to choose by. */
  readonly words: string;
}

/** All ablations: what there is to know of each but how its values are made (`ablations.ts`). Needs no engine, so that pages and help have it. */
const kinds = {
  resample: { values: "other-run", words: "resample – the corrupt prompt's values" },
  zero: { values: "none", words: "zero" },
  "tokenwise-mean-clean": {
    values: "mean-by-position",
    over: ["clean"],
    words: "mean over clean prompts, by position",
  },
  "tokenwise-mean-corrupt": {
    values: "mean-by-position",
    over: ["corrupt"],
    words: "mean over corrupt prompts, by position",
  },
  "tokenwise-mean-clean-and-corrupt": {
    values: "mean-by-position",
    over: ["clean", "corrupt"],
    words: "mean over all prompts, by position",
  },
  "batch-tokenwise-mean": { values: "mean-by-position", over: "batch", words: "mean over the batch, by position" },
  "batch-all-tok-mean": { values: "mean", over: "batch", words: "mean over the batch and all positions" },
} as const satisfies Readonly<Record<string, AblationKind>>;

/**
 * The values ablated edges take.
 *
 * - `resample`: each prompt's own values in the other run (usually the corrupt prompt).
 * - `zero`: zero.
 * - `tokenwise-mean-clean`, `tokenwise-mean-corrupt`, `tokenwise-mean-clean-and-corrupt`: the mean per position over the whole data
 *   set, of its clean prompts, its corrupt ones, or both.
 * - `batch-tokenwise-mean`: the mean per position over the batch.
 * - `batch-all-tok-mean`: the mean over the batch and all positions.
 */
export type AblationType = keyof typeof kinds;

/** All ablation types. */
export const ablationTypes = Object.keys(kinds) as readonly AblationType[];

/** What is known of an ablation. */
export function ablationKind(type: AblationType): AblationKind {
  return kinds[type];
}

/** Whether values are means over prompts, of a batch or of a data set. */
export function isMean(type: AblationType): boolean {
  return ablationKind(type).over !== undefined;
}

/** Whether values are means over a batch, so that they depend on which prompts it holds. */
export function isBatchMean(type: AblationType): boolean {
  return ablationKind(type).over === "batch";
}

/** Which prompts of a data set the mean is over; undefined for types that are made batch by batch. */
export function dataSetSides(type: AblationType): readonly ("clean" | "corrupt")[] | undefined {
  const { over } = ablationKind(type);
  return over === "batch" ? undefined : over;
}
