import { AutocircuitError } from "../../../core/src/errors.ts";

const size = 624;
const middle = 397;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), seeded and read as Python's `random` does, so that the same
 * seed gives the same order of prompts as in Python programs.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(size);
  #position = size;

  /** @throws AutocircuitError `bad-input` unless the seed is a whole number of at least 0. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new AutocircuitError("bad-input", `Seed ${seed}: must be a whole number of at least 0.`);
    }
    const high = Math.floor(seed / 2 ** 32);
    this.#mixIn(high > 0 ? [seed >>> 0, high] : [seed >>> 0]);
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    if (this.#position >= size) this.#refill();
    let word = this.#state[this.#position++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** A whole number from 0 to `limit` - 1, each equally likely; `limit` up to 2^32. */
  below(limit: number): number {
    const bits = Math.floor(Math.log2(limit)) + 1;
    for (;;) {
      // Python takes as many leading bits as the limit has, and tries again when the number is too large.
      const drawn = bits > 32 ? this.next() : this.next() >>> (32 - bits);
      if (drawn < limit) return drawn;
    }
  }

  /** A copy of the items in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  }

  #mixIn(key: readonly number[]): void {
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < size; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
    let place = 1;
    const advance = () => {
      if (++place < size) return;
      state[0] = state[size - 1]!;
      place = 1;
    };
    const previous = () => state[place - 1]! ^ (state[place - 1]! >>> 30);
    for (let step = 0; step < Math.max(size, key.length); step++) {
      const word = step % key.length;
      state[place] = (state[place]! ^ Math.imul(previous(), 1664525)) + key[word]! + word;
      advance();
    }
    for (let step = 0; step < size - 1; step++) {
      state[place] = (state[place]! ^ Math.imul(previous(), 1566083941)) - place;
      advance();
    }
    state[0] = 0x80000000;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const joined = (state[i]! & 0x80000000) | (state[(i + 1) % size]! & 0x7fffffff);
      state[i] = state[(i + middle) % size]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    this.#position = 0;
  }
}
