import { type Prefix, Tensor } from "@autocircuit/native";
import { divergenceIndex } from "./divergence.ts";
import { equalParts } from "./equal-parts.ts";
import { partnersFromEnd, reversed, unequalPair } from "./pair-alignment.ts";
import { numberPrompts } from "./prompt-numbers.ts";
import type { Answers, PromptPair, PromptSide } from "./prompt-pair.ts";
import { describeTokens, type TokenContext } from "./token-context.ts";

/** What a batch is made of. */
export interface BatchParts {
  readonly prompts: readonly PromptPair[];
  /** Its place among the batches. */
  readonly index: number;
  /** Number of its first prompt in the loader. Default: that of a batch behind others of its size. */
  readonly first?: number | undefined;
  /** Positions every row is padded to on the left. */
  readonly length: number;
  readonly padId: number;
  /** Cached keys and values of what comes before the prompts. */
  readonly prefix?: Prefix | undefined;
  /** Whether that prefix is one for all prompts, not one for each. */
  readonly prefixShared?: boolean | undefined;
}

/**
 * Prompt pairs that are run together. The tensors are made when first asked for, and again after they were disposed
 * (a `scope` disposes what is first asked for inside).
 */
export class PromptBatch implements Disposable {
  readonly prompts: readonly PromptPair[];
  /** Its place among the batches of its loader. */
  readonly index: number;
  /** Number of positions of `clean` and `corrupt`, P. */
  readonly length: number;
  /** A number that tells batches apart: its place and a hash of its tokens. */
  readonly key: number;
  /** Keys and values of the prefix that was cut off, if one was; belongs to who cut it. */
  readonly prefix: Prefix | null;
  /** Whether all prompts have the same prefix (or none). */
  readonly prefixShared: boolean;
  readonly #padId: number;
  readonly #first: number;
  readonly #tensors = new Map<PromptSide, Tensor>();

  constructor({ prompts, index, first, length, padId, prefix, prefixShared = false }: BatchParts) {
    this.prompts = prompts;
    this.index = index;
    this.length = length;
    this.prefix = prefix ?? null;
    this.prefixShared = prefix === undefined || prefixShared;
    this.#padId = padId;
    this.#first = first ?? index * prompts.length;
    this.key = index * 2 ** 32 + hash(prompts);
  }

  /** Number of prompt pairs, B. */
  get size(): number {
    return this.prompts.length;
  }

  /** Clean prompts, int64 `[B, P]`; they carry their padding and prefix for `PatchableModel`. Owned by the batch. */
  get clean(): Tensor {
    return this.tokens("clean");
  }

  /** Corrupt prompts, int64 `[B, P]`. Owned by the batch. */
  get corrupt(): Tensor {
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
  get divergence(): number {
    return divergenceIndex(this.prompts);
  }

  /** Padded positions on the left of each prompt; null where none is padded. */
  padding(side: PromptSide): readonly number[] | null {
    const pads = this.prompts.map((prompt) => this.length - prompt[side].length);
    return pads.some((pad) => pad > 0) ? pads : null;
  }

  /** The prompts of one side, int64 `[B, P]`. */
  tokens(side: PromptSide): Tensor {
    const made = this.#tensors.get(side);
    if (made !== undefined && !made.disposed) return made;
    const ids = new BigInt64Array(this.size * this.length).fill(BigInt(this.#padId));
    this.prompts.forEach((prompt, row) => {
      const start = (row + 1) * this.length - prompt[side].length;
      prompt[side].forEach((id, position) => {
        ids[start + position] = BigInt(id);
      });
    });
    const padding = this.padding(side);
    const tensor = describeTokens(Tensor.from(ids, { shape: [this.size, this.length], dtype: "int64" }), {
      ...(padding && { padding }),
      ...(this.prefix && { prefix: this.prefix, prefixShared: this.prefixShared }),
      ...this.#pairing(side),
    });
    numberPrompts(
      tensor,
      this.prompts.map((_, row) => this.#first + row),
    );
    this.#tensors.set(side, tensor);
    return tensor;
  }

  /** How these prompts belong to the others of their pairs; empty where position belongs to position. */
  #pairing(side: PromptSide): Pick<TokenContext, "counterpart" | "unequal"> {
    const unequal = unequalPair(this.prompts, this.index);
    if (unequal !== undefined) return { unequal };
    if (this.prompts.every(({ alignment }) => alignment === undefined)) return {};
    const partners = this.prompts.map((pair) => {
      const alignment = pair.alignment ?? partnersFromEnd(pair.clean.length, pair.corrupt.length);
      return side === "corrupt" ? alignment : reversed({ ...pair, alignment });
    });
    return { counterpart: { tokens: () => this.tokens(side === "corrupt" ? "clean" : "corrupt"), partners } };
  }

  /**
   * The batch in equal parts of at most so many prompts, each a batch of the same index; the batch itself where it is small enough, or
   * where every prompt has a prefix of its own.
   */
  slices(most: number): readonly PromptBatch[] {
    if (this.size <= most || !this.prefixShared) return [this];
    const { index, length, prefix, prefixShared } = this;
    return equalParts(this.size, most).map(([start, end]) => {
      const prompts = this.prompts.slice(start, end);
      const first = this.#first + start;
      const parts = { prompts, index, first, length, padId: this.#padId, prefix: prefix ?? undefined, prefixShared };
      return new PromptBatch(parts);
    });
  }

  /** Frees the tensors; they are made again when asked for. */
  [Symbol.dispose](): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}

/** FNV-1a over all token ids: 32 bits. */
function hash(prompts: readonly PromptPair[]): number {
  let value = 0x811c9dc5;
  for (const { clean, corrupt } of prompts) {
    for (const id of [...clean, -1, ...corrupt, -1]) value = Math.imul(value ^ id, 0x01000193);
  }
  return value >>> 0;
}
