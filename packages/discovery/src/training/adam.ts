import { scope, Tensor } from "@autocircuit/native";

/** Settings of {@link Adam}; the defaults are the paper's. */
export interface AdamOptions {
  readonly learningRate: number;
  /** Decay of the running mean of gradients. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the running mean of squared gradients. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root that divides. Default 1e-8. */
  readonly epsilon?: number;
  /**
   * How much of the learning rate every number loses of itself in a step, beside its gradient (Loshchilov and Hutter 2019, "Decoupled Weight
   * Decay Regularization"). Default 0.
   */
  readonly weightDecay?: number;
  /** What the learning rate is multiplied by for each number; below 0 it goes up the gradient. Default 1 for all. */
  readonly rates?: Float32Array;
}

/** Where an {@link Adam} stands. */
export interface AdamNumbers {
  readonly parameter: Float64Array;
  readonly mean: Float64Array;
  readonly square: Float64Array;
  readonly steps: number;
}

/**
 * The Adam optimiser for one parameter tensor (Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization",
 * algorithm 1).
 */
export class Adam implements Disposable {
  readonly #options: Required<Omit<AdamOptions, "rates">>;
  readonly #rates: Tensor | undefined;
  #parameter: Tensor;
  #mean: Tensor;
  #square: Tensor;
  #steps = 0;

  /** @param initial the parameter to start from; becomes this object's */
  constructor(initial: Tensor, { rates, ...options }: AdamOptions) {
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...options };
    this.#rates = rates && Tensor.from(rates, { shape: initial.shape, dtype: initial.dtype });
    this.#parameter = initial;
    this.#mean = Tensor.zeros(initial.shape, { dtype: initial.dtype });
    this.#square = Tensor.zeros(initial.shape, { dtype: initial.dtype });
  }

  /** The present value; freed by the next step. */
  get parameter(): Tensor {
    return this.#parameter;
  }

  /** The parameter and both running means, from which {@link restore} goes on. */
  async numbers(): Promise<AdamNumbers> {
    const [parameter, mean, square] = await Promise.all(
      [this.#parameter, this.#mean, this.#square].map(
        async (tensor) => new Float64Array((await tensor.data()) as Float32Array | Float64Array),
      ),
    );
    return { parameter: parameter!, mean: mean!, square: square!, steps: this.#steps };
  }

  /** Stands where another one stood. */
  restore({ parameter, mean, square, steps }: AdamNumbers): void {
    const { shape, dtype } = this.#parameter;
    this.#free();
    [this.#parameter, this.#mean, this.#square] = [
      Tensor.from(parameter, { shape, dtype }),
      Tensor.from(mean, { shape, dtype }),
      Tensor.from(square, { shape, dtype }),
    ];
    this.#steps = steps;
  }

  /**
   * Moves the parameter against the gradient, elementwise by about the learning rate.
   *
   * @param factor what the learning rate is multiplied by in this step
   */
  step(gradient: Tensor, factor = 1): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const learningRate = factor * this.#options.learningRate;
    this.#steps++;
    const [parameter, mean, square] = scope((): [Tensor, Tensor, Tensor] => {
      const mean = this.#mean.mul(beta1).add(gradient.mul(1 - beta1));
      const square = this.#square.mul(beta2).add(gradient.mul(gradient).mul(1 - beta2));
      const root = square
        .div(1 - beta2 ** this.#steps)
        .sqrt()
        .add(epsilon);
      const step = mean.mul(learningRate / (1 - beta1 ** this.#steps)).div(root);
      const rates = this.#rates;
      const moved = this.#decayed(learningRate * weightDecay).sub(rates ? step.mul(rates) : step);
      return [moved, mean, square];
    });
    this.#free();
    [this.#parameter, this.#mean, this.#square] = [parameter, mean, square];
  }

  #decayed(share: number): Tensor {
    if (share === 0) return this.#parameter;
    const kept = this.#rates ? this.#rates.abs().mul(-share).add(1) : 1 - share;
    return this.#parameter.mul(kept);
  }

  [Symbol.dispose](): void {
    this.#free();
    this.#rates?.dispose();
  }

  #free(): void {
    for (const tensor of [this.#parameter, this.#mean, this.#square]) tensor.dispose();
  }
}
