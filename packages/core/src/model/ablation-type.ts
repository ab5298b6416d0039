/** All ablation types. */
export const ablationTypes = [
  "resample",
  "zero",
  "tokenwise-mean-clean",
  "tokenwise-mean-corrupt",
  "tokenwise-mean-clean-and-corrupt",
  "batch-tokenwise-mean",
  "batch-all-tok-mean",
] as const;

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
export type AblationType = (typeof ablationTypes)[number];

/** Whether values are means over a batch, so that they depend on which prompts it holds. */
export function isBatchMean(type: AblationType): boolean {
  return type === "batch-tokenwise-mean" || type === "batch-all-tok-mean";
}

/** Which prompts of a data set the mean is over; undefined for types that are made batch by batch. */
export function dataSetSides(type: AblationType): readonly ("clean" | "corrupt")[] | undefined {
  switch (type) {
    case "tokenwise-mean-clean":
      return ["clean"];
    case "tokenwise-mean-corrupt":
      return ["corrupt"];
    case "tokenwise-mean-clean-and-corrupt":
      return ["clean", "corrupt"];
    default:
      return undefined;
  }
}
