import type { Predictor } from "../speculation/predictor.ts";
import type { DecisionTrace } from "./decision-trace.ts";

/** Guesses from a pass at another threshold: how much did removing this edge raise the divergence there? */
export class TracePredictor implements Predictor {
  readonly #trace: DecisionTrace;
  readonly #tau: number;

  constructor(trace: DecisionTrace, tau: number) {
    this.#trace = trace;
    this.#tau = tau;
  }

  predict(position: number): boolean {
    return this.#trace.increase[position]! < this.#tau;
  }

  observe(): void {}
}
