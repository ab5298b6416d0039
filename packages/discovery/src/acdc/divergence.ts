import { logprob } from "@autocircuit/metrics";
import { scope, type Tensor } from "@autocircuit/native";

/** What ACDC keeps small: KL divergence from the full model in nats, or the mean squared error of the logits. */
export type AcdcTarget = "kl_div" | "mse";

/** The names of the targets. */
export const acdcTargets: readonly AcdcTarget[] = ["kl_div", "mse"];

/** How far circuits are from a full model whose outputs are known. */
export class Divergence implements Disposable {
  /** Outputs or log-probabilities of the full model, `[1, batch * positions, vocabulary]`. */
  readonly #reference: Tensor;
  /** For KL divergence: its probabilities, `[batch * positions, vocabulary, 1]`. */
  readonly #probs: Tensor | undefined;

  /** @param full outputs of the full model, `[batch, (positions,) vocabulary]`; stay the caller's */
  constructor(full: Tensor, target: AcdcTarget) {
    const [reference, probs] = scope(() => {
      const outputs = rows(full, 1);
      if (target === "mse") return [outputs];
      const logprobs = logprob(outputs);
      return [logprobs, logprobs.exp().reshape([-1, outputs.shape[2]!, 1])];
    });
    this.#reference = reference!;
    this.#probs = probs;
  }

  /**
   * Divergence of several circuits, averaged over prompts and positions.
   *
   * @param logits `[count * batch, (positions,) vocabulary]`, circuit by circuit
   * @returns `[count]`
   */
  of(logits: Tensor, count: number): Tensor {
    return scope(() => {
      const outputs = rows(logits, count);
      if (this.#probs === undefined) return outputs.sub(this.#reference).pow(2).mean([1, 2]);
      // sum_v p_v (log p_v - log q_v) as one product a row: no further tensor of the size of the logits.
      const differences = this.#reference.sub(logprob(outputs)).transpose(0, 1);
      return differences.matmul(this.#probs).mean([0, 2]);
    });
  }

  [Symbol.dispose](): void {
    this.#reference.dispose();
    this.#probs?.dispose();
  }
}

/** `[count * batch, (positions,) vocabulary]` to `[count, batch * positions, vocabulary]`. */
function rows(logits: Tensor, count: number): Tensor {
  return logits.reshape([count, -1, logits.shape.at(-1)!]);
}
