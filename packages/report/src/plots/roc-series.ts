/** The receiver operating characteristic of one algorithm on one task, against one circuit. */
export interface RocSeries {
  /** Name of the panel: a task, and the circuit that is compared with where there are several. */
  readonly task: string;
  readonly algorithm: string;
  /** From (0, 0) to (1, 1). */
  readonly points: readonly { readonly falsePositiveRate: number; readonly truePositiveRate: number }[];
}
