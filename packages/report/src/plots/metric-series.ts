/** A circuit's value. */
export interface MetricPoint {
  readonly size: number;
  readonly value: number;
  /** How far the prompts' values lie from it: half the height of the band. */
  readonly deviation?: number | undefined;
}

/** A metric of the circuits of one algorithm on one task. */
export interface MetricSeries {
  readonly task: string;
  readonly algorithm: string;
  readonly points: readonly MetricPoint[];
}
