/** A circuit's completeness, as `sameUnderKnockouts` measures it. */
export interface CompletenessPoint {
  /** Heading of its panel. */
  readonly task: string;
  /** What found the circuit. */
  readonly algorithm: string;
  /** Edges of the circuit. */
  readonly size: number;
  /** Edges of the circuit that were knocked out. */
  readonly knockouts: number;
  /** KL divergence of the circuit from the full model, in nats. */
  readonly kl: number;
  /** The same with the knockouts in both. */
  readonly knockoutKl: number;
}
