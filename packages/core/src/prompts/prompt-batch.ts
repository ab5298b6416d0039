import { type Prefix, Tensor, unscoped } from "@autocircuit/native";
import { equalParts } from "./equal-parts.ts";
import { firstDifference } from "./first-difference.ts";
import { partnersFromEnd, reversed, unequalPair } from "./pair-alignment.ts";
import type { Answers, PromptPair, PromptSide } from "./prompt-pair.ts";
import { Tokens, type TokensDetails } from "./tokens.ts";

/** What a batch is made of. */
export interface BatchParts {
  readonly prompts: readonly PromptPair[];
  /** Its place among the batches. */
  readonly index: number;
  /** Number of its first prompt in the loader. Default: that of a batch behind others of its size. */
  readonly first?: number | undefined;
  /** Positions every row is padded to on the left. */
  readonly seqLen: number;
  readonly padId: number;
  /** Cached keys and values of what comes before the prompts: one for all, or one for each. */
  readonly prefix?: Prefix | undefined;
}

/**
 * Prompt pairs that are run together. The tensors are made when first asked for, and again after they were disposed. They are the batch's: no
 * `scope` disposes them, as another pass over the same prompts may be using them.
 */
export class PromptBatch implements Disposable {
  readonly prompts: readonly PromptPair[];
  /** Its place among the batches of its loader. */
  readonly index: number;
  /** Number of positions of `clean` and `corrupt`, P. */
  readonly seqLen: number;
  /** Keys and values of the prefix that was cut off, if one was; belongs to who cut it. */
  readonly prefix: Prefix | null;
  /** Whether all prompts have the same prefix (or none). */
  readonly prefixShared: boolean;
  /** Number of its first prompt among all of its loader. */
  readonly first: number;
  readonly #padId: number;
  readonly #tokens = new Map<PromptSide, Tokens>();
  #key: number | undefined;

  constructor({ prompts, index, first, seqLen, padId, prefix }: BatchParts) {
    this.prompts = prompts;
    this.index = index;
    this.seqLen = seqLen;
    this.prefix = prefix ?? null;
    this.prefixShared = prefix === undefined || prefix.batch === 1;
    this.#padId = padId;
    this.first = first ?? index * prompts.length;
  }

  /** A number that tells batches apart: its place and a hash of its tokens, answers and alignment. */
  get key(): number {
    this.#key ??= this.index * 2 ** 32 + hash(this.prompts);
    return this.#key;
  }

  /** Number of prompt pairs, B. */
  get size(): number {
    return this.prompts.length;
  }

  /** Clean prompts, `[B, P]`, with their padding and prefix. Owned by the batch. */
  get clean(): Tokens {
    return this.tokens("clean");
  }

  /** Corrupt prompts, `[B, P]`. Owned by the batch. */
  get corrupt(): Tokens {
    return this.tokens("corrupt");
  }

  /** Answers of each prompt. */
  get answers(): readonly Answers[] {
    return this.prompts.map((prompt) => prompt.answers);
  }

  /** Wrong answers of each prompt. */
  get wrongAnswers(): readonly Answers[] {
    return this.prompts.map((prompt) => prompt.wrongAnswers);
  }

  /** First position at which a clean and a corrupt prompt of this batch differ. */
  get firstDifference(): number {
    return firstDifference(this.prompts);
  }

  /** Padded positions on the left of each prompt; null where none is padded. */
  padding(side: PromptSide): readonly number[] | null {
    const pads = this.prompts.map((prompt) => this.seqLen - prompt[side].length);
    return pads.some((pad) => pad > 0) ? pads : null;
  }

  /** The prompts of one side, `[B, P]`. Owned by the batch. */
  tokens(side: PromptSide): Tokens {
    const made = this.#tokens.get(side);
    if (made !== undefined && !made.disposed) return made;
    const ids = new BigInt64Array(this.size * this.seqLen).fill(BigInt(this.#padId));
    this.prompts.forEach((prompt, row) => {
      const start = (row + 1) * this.seqLen - prompt[side].length;
      prompt[side].forEach((id, position) => {
        ids[start + position] = BigInt(id);
      });
    });
    const tensor = unscoped(() => Tensor.from(ids, { shape: [this.size, this.seqLen], dtype: "int64" }));
    const tokens = new Tokens(tensor, {
      padding: this.padding(side) ?? undefined,
      prefix: this.prefix ?? undefined,
      numbers: this.prompts.map((_, row) => this.first + row),
      ...this.#pairing(side),
    });
    this.#tokens.set(side, tokens);
    return tokens;
  }

  /** How these prompts belong to the others of their pairs; empty where position belongs to position. */
  #pairing(side: PromptSide): Pick<TokensDetails, "counterpart" | "unequal"> {
    const unequal = unequalPair(this.prompts, this.index);
    if (unequal !== undefined) return { unequal };
    if (this.prompts.every(({ alignment }) => alignment === undefined)) return {};
    const partners = this.prompts.map((pair) => {
      const alignment = pair.alignment ?? partnersFromEnd(pair.clean.length, pair.corrupt.length);
      return side === "corrupt" ? alignment : reversed({ ...pair, alignment });
    });
    const others = () => this.tokens(side === "corrupt" ? "clean" : "corrupt").slice(0, this.size);
    return { counterpart: { tokens: others, partners } };
  }

  /**
   * The batch in equal parts of at most so many prompts, each a batch of the same index; the batch itself where it is small enough, or
   * where every prompt has a prefix of its own.
   */
  slices(most: number): readonly PromptBatch[] {
    if (this.size <= most || !this.prefixShared) return [this];
    const { index, seqLen, prefix } = this;
    return equalParts(this.size, most).map(([start, end]) => {
      const prompts = this.prompts.slice(start, end);
      const first = this.first + start;
      return new PromptBatch({ prompts, index, first, seqLen, padId: this.#padId, prefix: prefix ?? undefined });
    });
  }

  /** Frees the tensors; they are made again when asked for. */
  [Symbol.dispose](): void {
    for (const tokens of this.#tokens.values()) tokens.dispose();
    this.#tokens.clear();
  }
}

/** Numbers that are neither ids nor positions: the end of a list, and no partner. */
const END = -(2 ** 31);
const NONE = END + 1;

/** FNV-1a, by words of 32 bits, over all that makes a difference to a result: 32 bits. */
function hash(prompts: readonly PromptPair[]): number {
  let value = 0x811c9dc5;
  const mix = (word: number) => {
    value = Math.imul(value ^ word, 0x01000193);
  };
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  // Answers may be any numbers. Small whole ones differ in their lowest bits, which reach all bits of the product.
  const add = (one: number) => {
    if (one === (one | 0)) return mix(one);
    number[0] = one;
    words.forEach(mix);
  };
  const addAll = (list: readonly (number | null)[]) => {
    for (const one of list) add(one ?? NONE);
    add(END);
  };
  for (const { clean, corrupt, answers, wrongAnswers, alignment } of prompts) {
    addAll(clean);
    addAll(corrupt);
    for (const side of [answers, wrongAnswers]) {
      for (const one of side) typeof one === "number" ? add(one) : addAll(one);
      add(END);
    }
    addAll(alignment ?? []);
  }
  return value >>> 0;
}
