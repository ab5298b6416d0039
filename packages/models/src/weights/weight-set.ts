import { AutocircuitError } from "@autocircuit/base";
import { scope, type Tensor, type Weights } from "@autocircuit/native";

/**
 * The weights of a transformer while they are being loaded and processed. It owns its tensors: replacing one frees the
 * old one, so that processing a large model needs memory for one extra weight at a time.
 */
export class WeightSet implements Disposable {
  readonly #tensors = new Map<string, Tensor>();

  /** The names of all weights, in the order they came. */
  names(): string[] {
    return [...this.#tensors.keys()];
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /**
   * A weight that must be there.
   *
   * @throws AutocircuitError `unknown-name`
   */
  get(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new AutocircuitError("unknown-name", `The model has no weight ${name}.`);
    return tensor;
  }

  /** Adds a weight, or replaces one and frees it. */
  set(name: string, tensor: Tensor): void {
    const old = this.#tensors.get(name);
    this.#tensors.set(name, tensor);
    if (old && old !== tensor) old.dispose();
  }

  /** Replaces a weight by what `change` makes of it. What is made on the way is freed. */
  update(name: string, change: (old: Tensor) => Tensor): void {
    const old = this.get(name);
    this.set(
      name,
      scope(() => change(old)),
    );
  }

  /** Adds to a bias; one that is not there is zero. */
  addBias(name: string, make: () => Tensor): void {
    if (this.has(name)) this.update(name, (old) => old.add(make()));
    else this.set(name, scope(make));
  }

  /** Removes a weight and frees it. */
  delete(name: string): void {
    this.#tensors.get(name)?.dispose();
    this.#tensors.delete(name);
  }

  /** What the engine takes. The tensors still belong to this set. */
  toWeights(): Weights {
    return Object.fromEntries(this.#tensors);
  }

  [Symbol.dispose](): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}
