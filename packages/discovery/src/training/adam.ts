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
  readonly #options: Required<AdamOptions>;
  #parameter: Tensor;
  #mean: Tensor;
  #square: Tensor;
  #steps = 0;

  /** @param initial the parameter to start from; becomes this object's */
  constructor(initial: Tensor, options: AdamOptions) {
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...options };
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
      [this.#parameter, this.#mean, this.#square].map(async (tensor) => Float64Array.from(await tensor.data(), Number)),
    );
    return { parameter: parameter!, mean: mean!, square: square!, steps: this.#steps };
  }

  /** Stands where another one stood. */
  restore({ parameter, mean, square, steps }: AdamNumbers): void {
    const { shape, dtype } = this.#parameter;
    this[Symbol.dispose]();
    [this.#parameter, this.#mean, this.#square] = [
      Tensor.from(parameter, { shape, dtype }),
      Tensor.from(mean, { shape, dtype }),
      Tensor.from(square, { shape, dtype }),
    ];
    this.#steps = steps;
  }

  /** Moves the parameter against the gradient, elementwise by about the learning rate. */
  step(gradient: Tensor): void {
    const { learningRate, beta1, beta2, epsilon } = this.#options;
    this.#steps++;
    const [parameter, mean, square] = scope((): [Tensor, Tensor, Tensor] => {
      const mean = this.#mean.mul(beta1).add(gradient.mul(1 - beta1));
      const square = this.#square.mul(beta2).add(gradient.mul(gradient).mul(1 - beta2));
      const root = square
        .div(1 - beta2 ** this.#steps)
        .sqrt()
        .add(epsilon);
      const step = mean.mul(learningRate / (1 - beta1 ** this.#steps)).div(root);
      return [this.#parameter.sub(step), mean, square];
    });
    this[Symbol.dispose]();
    [this.#parameter, this.#mean, this.#square] = [parameter, mean, square];
  }

  [Symbol.dispose](): void {
    for (const tensor of [this.#parameter, this.#mean, this.#square]) tensor.dispose();
  }
}
