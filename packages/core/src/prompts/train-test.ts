/** One number for the training and the test prompts, or one for each. */
export type TrainTest = number | { readonly train: number; readonly test: number };

/** Fills in a number given once for both. */
export function both(value: TrainTest): { train: number; test: number } {
  return typeof value === "number" ? { train: value, test: value } : value;
}
