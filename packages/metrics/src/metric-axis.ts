/** How a metric is drawn against the number of edges. */
export interface MetricAxis {
  /** For the axis, without the unit. */
  readonly title: string;
  /** Whether the values are on a logarithmic axis. */
  readonly log: boolean;
  /** The least value on a logarithmic axis; smaller ones are drawn there. */
  readonly least?: number;
  /** Whether a circuit with smaller values is the better one. */
  readonly lowerIsBetter: boolean;
}

/** That of a metric whose larger values are the better ones, on a linear axis. */
export const plain = (title: string): MetricAxis => ({ title, log: false, lowerIsBetter: false });
/** That of an error, on a logarithmic axis from `least` on. */
export const error = (title: string, least: number): MetricAxis => ({ title, log: true, least, lowerIsBetter: true });
