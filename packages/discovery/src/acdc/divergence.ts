import { type ForwardRequest, type ForwardResult, scope, type Tensor } from "@autocircuit/native";

/** What ACDC keeps small: KL divergence from the full model in nats, or the mean squared error of the logits. */
export type AcdcTarget = "kl-div" | "mean-squared-error";

/** The names of the targets. */
export const acdcTargets: readonly AcdcTarget[] = ["kl-div", "mean-squared-error"];

/** How far circuits are from a full model whose outputs are known. */
export class Divergence implements Disposable {
  /** Outputs of the full model, `[batch * positions, vocabulary]`. */
  readonly #reference: Tensor;
  /** For KL divergence: its probabilities, of the same shape. */
  readonly #probabilities: Tensor | undefined;

  /** @param full outputs of the full model, `[batch, (positions,) vocabulary]`; stay the caller's */
  constructor(full: Tensor, target: AcdcTarget) {
    const [reference, probabilities] = scope(() => {
      const outputs = full.reshape([-1, full.shape.at(-1)!]);
      if (target === "mean-squared-error") return [outputs];
      const wide = outputs.dtype === "float64" ? outputs : outputs.to("float32");
      return [wide, wide.softmax(-1)];
    });
    this.#reference = reference!;
    this.#probabilities = probabilities;
  }

  /** What a run has to compute to be compared: the engine compares distributions itself and keeps no logits. */
  get request(): Pick<ForwardRequest, "logits" | "reference"> {
    if (this.#probabilities === undefined) return { logits: true };
    return { logits: false, reference: { logits: this.#reference, probabilities: this.#probabilities } };
  }

  /**
   * Divergence of several circuits, averaged over prompts and positions.
   *
   * @param result of a run of `count` times the batch, circuit by circuit
   * @returns `[count]`
   */
  of({ divergences, logits }: ForwardResult, count: number): Tensor {
    return scope(() => {
      if (divergences) return divergences.reshape([count, -1]).mean(1);
      const outputs = logits!.reshape([count, -1, logits!.shape.at(-1)!]);
      return outputs.sub(this.#reference).pow(2).mean([1, 2]);
    });
  }

  [Symbol.dispose](): void {
    this.#reference.dispose();
    this.#probabilities?.dispose();
  }
}
