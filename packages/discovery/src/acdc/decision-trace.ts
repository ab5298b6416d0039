/** Whether the edge at a position of the order stays removed, by how much that raises the divergence. */
export type DecisionRule = (position: number, increase: number, tau: number) => boolean;

/** The published rule (Conmy et al. 2023, algorithm 1). */
const belowThreshold: DecisionRule = (_position, increase, tau) => increase < tau;

/**
 * What one pass of ACDC over the edges saw and decided, by position in the edge order. A pass at another threshold
 * starts from the same state, so as long as it has decided alike it would see the same divergences: they are taken
 * from here instead of running the model.
 */
export class DecisionTrace {
  /** Divergence with the edge removed on top of all that were removed before it. */
  readonly divergence: Float64Array;
  /** How much removing the edge raised the divergence. */
  readonly increase: Float64Array;
  /** 1 where the edge stayed removed. */
  readonly removed: Uint8Array;
  /** Positions decided so far. */
  length = 0;
  /** Divergence with all edges removed so far. */
  current = 0;

  readonly #rule: DecisionRule;

  constructor(edgeCount: number, rule: DecisionRule = belowThreshold) {
    this.#rule = rule;
    this.divergence = new Float64Array(edgeCount);
    this.increase = new Float64Array(edgeCount);
    this.removed = new Uint8Array(edgeCount);
  }

  /**
   * ACDC's decision for the next edge.
   *
   * @returns whether it stays removed
   */
  decide(divergence: number, tau: number): boolean {
    const position = this.length++;
    const increase = divergence - this.current;
    const removed = this.#rule(position, increase, tau);
    this.divergence[position] = divergence;
    this.increase[position] = increase;
    this.removed[position] = removed ? 1 : 0;
    if (removed) this.current = divergence;
    return removed;
  }
}

/**
 * Continues a pass with the divergences of earlier passes for as long as one of them decided alike.
 *
 * @param trace the pass to continue; must be empty
 * @returns the number of edges decided
 */
export function replay(trace: DecisionTrace, earlier: readonly DecisionTrace[], tau: number): number {
  let alike = earlier;
  while (trace.length < trace.removed.length && alike.length > 0) {
    const position = trace.length;
    const removed = trace.decide(alike[0]!.divergence[position]!, tau);
    alike = alike.filter((other) => (other.removed[position] === 1) === removed);
  }
  return trace.length;
}
