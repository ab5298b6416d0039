/**
 * Random numbers from a normal distribution, seeded (xorshift and a sum of uniforms; good enough for weights).
 *
 * @param scale standard deviation
 */
export class RandomValues {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** An array of `size` numbers. */
  normal(size: number, scale: number): Float32Array {
    const values = new Float32Array(size);
    // The sum of three uniforms on [-1, 1] has variance 1.
    for (let i = 0; i < size; i++) values[i] = scale * (this.#uniform() + this.#uniform() + this.#uniform());
    return values;
  }

  /** `count` whole numbers from 0 to `limit` - 1. */
  integers(count: number, limit: number): number[] {
    return Array.from({ length: count }, () => Math.floor(((this.#uniform() + 1) / 2) * limit) % limit);
  }

  /** `count` different whole numbers from 0 to `limit` - 1. */
  distinct(count: number, limit: number): number[] {
    const all = Array.from({ length: limit }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = i + this.integers(1, limit - i)[0]!;
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all.slice(0, count);
  }

  /** Uniform on [-1, 1). */
  #uniform(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state / 2 ** 31;
  }
}
