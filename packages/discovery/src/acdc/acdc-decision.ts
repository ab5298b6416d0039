/** One decision of ACDC. */
export interface AcdcDecision {
  /** Index of the edge in the graph's flat edge vector. */
  readonly edge: number;
  /** How much removing it, on top of all that were removed before, raises the divergence: nats, or squared logits for `"mean-squared-error"`. */
  readonly increase: number;
  readonly tau: number;
}
