import type { Tensor } from "@autocircuit/native";

/** The parts of one vector of trained numbers, by name: those of the edges and whatever is trained beside them. */
export class Sections<Name extends string> {
  /** Numbers in all. */
  readonly size: number;
  readonly #parts = new Map<string, { start: number; end: number }>();

  /** @param sizes numbers of each part, in their order */
  constructor(sizes: Readonly<Record<Name, number>>) {
    let end = 0;
    for (const [name, size] of Object.entries<number>(sizes)) {
      this.#parts.set(name, { start: end, end: end + size });
      end += size;
    }
    this.size = end;
  }

  /** A part of the vector, with its gradients. */
  of(vector: Tensor, name: Name): Tensor {
    const { start, end } = this.#parts.get(name)!;
    return vector.slice(0, start, end);
  }

  /** A part of the vector on the host, as a view. */
  view(vector: Float32Array, name: Name): Float32Array {
    const { start, end } = this.#parts.get(name)!;
    return vector.subarray(start, end);
  }

  /** A vector whose parts hold one number each, or those given. */
  filled(values: Readonly<Record<Name, number | ArrayLike<number>>>): Float32Array {
    const vector = new Float32Array(this.size);
    for (const [name, value] of Object.entries<number | ArrayLike<number>>(values)) {
      const part = this.view(vector, name as Name);
      if (typeof value === "number") part.fill(value);
      else part.set(value);
    }
    return vector;
  }
}
