import { AutocircuitError } from "@autocircuit/base";
import type { Tokenizer } from "@autocircuit/core";
import type { Codec } from "./codec.ts";
import type { SpecialIds } from "./special-tokens.ts";

/** How ids become text. */
export interface DecodeOptions {
  /** Leave out tokens such as `<s>` and `<|endoftext|>`; default false. */
  readonly skipSpecialTokens?: boolean | undefined;
}

/** What a {@link TextTokenizer} is made of. */
export interface TokenizerParts {
  /** Asked for once, at the first use. */
  readonly codec: () => Codec;
  readonly specialIds: SpecialIds;
  readonly vocabularySize: number;
  /** Rows of the model's embedding, where they are fewer: Gemma 3 has a token for images that its text model lacks. */
  readonly embeddings?: number | undefined;
}

/**
 * A model's tokenizer: text to token ids and back. Made by `loadTokenizer` and `gpt2Tokenizer`.
 *
 * @example
 * const tokenizer = gpt2Tokenizer();
 * tokenizer.encode("When Mary and John"); // [2215, 5335, 290, 1757]
 * tokenizer.pieces(" Basingstoke"); // [" B", "asing", "st", "oke"]
 */
export class TextTokenizer implements Tokenizer {
  /** Token that starts a text; null if the model has none. */
  readonly bosId: number | null;
  /** Token that ends a text, by which generation stops; null if the model has none. */
  readonly eosId: number | null;
  /** Token that fills shorter prompts; null if the model has none. */
  readonly padId: number | null;
  /** One more than the highest id, added tokens included. */
  readonly vocabularySize: number;
  readonly #parts: TokenizerParts;
  #codec: Codec | undefined;

  constructor(parts: TokenizerParts) {
    const { specialIds, vocabularySize } = parts;
    this.#parts = parts;
    this.bosId = specialIds.bosId;
    this.eosId = specialIds.eosId;
    this.padId = specialIds.padId;
    this.vocabularySize = vocabularySize;
  }

  /**
   * This tokenizer for a model whose embedding has so many rows: a text that needs another token is refused. Padded
   * embeddings, which have more rows than there are tokens, change nothing.
   */
  within(embeddings: number): TextTokenizer {
    const known = this.#parts.embeddings ?? this.vocabularySize;
    if (embeddings >= known) return this;
    const { specialIds } = this.#parts;
    // Tokens that only fill are often added behind a model's vocabulary; another one fills as well.
    const padId = specialIds.padId !== null && specialIds.padId < embeddings ? specialIds.padId : null;
    return new TextTokenizer({
      ...this.#parts,
      codec: () => this.#use(),
      specialIds: { ...specialIds, padId },
      embeddings,
    });
  }

  /**
   * Token ids of a text. No special tokens are put before or after; those written out in the text are recognized.
   *
   * @throws AutocircuitError `bad-input` for a character that the vocabulary cannot express, and for a token that the model
   *   has no embedding for
   */
  encode(text: string): number[] {
    const ids = this.#use().encode(text);
    const { embeddings = this.vocabularySize } = this.#parts;
    const beyond = ids.find((id) => id >= embeddings);
    if (beyond === undefined) return ids;
    throw new AutocircuitError(
      "bad-input",
      `${JSON.stringify(text)}: token ${beyond} (${JSON.stringify(this.token(beyond))}) has no embedding: the tokenizer has ${this.vocabularySize} tokens, the model ${embeddings}. ` +
        "Leave it out, or use the tokenizer that the model was trained with.",
      { reason: "token-outside-model" },
    );
  }

  /**
   * The text of token ids. Ids without a token (a model's vocabulary may be padded) are left out.
   *
   * SentencePiece vocabularies drop the space before the first word, so a text cannot be built by decoding one id at a
   * time: decode all of them, or join what {@link token} gives.
   */
  decode(ids: Iterable<number>, { skipSpecialTokens = false }: DecodeOptions = {}): string {
    const codec = this.#use();
    return codec.decode(
      [...ids].filter((id) => codec.has(id)),
      skipSpecialTokens,
    );
  }

  /** The text of each token of a text, with the space that begins it: `[" B", "asing", "st", "oke"]`. */
  pieces(text: string): string[] {
    const codec = this.#use();
    return codec.encode(text).map((id) => codec.tokenText(id));
  }

  /**
   * The text of one token, with the space that begins it. Bytes that are no whole character appear as U+FFFD.
   *
   * @returns undefined when no token has this id
   */
  token(id: number): string | undefined {
    const codec = this.#use();
    return codec.has(id) ? codec.tokenText(id) : undefined;
  }

  #use(): Codec {
    this.#codec ??= this.#parts.codec();
    return this.#codec;
  }
}
