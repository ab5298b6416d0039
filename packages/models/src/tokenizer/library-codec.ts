import { AutocircuitError, badFile } from "@autocircuit/base";
import type { Codec } from "./codec.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";
import { type TokenizerParts, useUnicodePatterns } from "./unicode-patterns.ts";

/** What is used of the library's `Tokenizer`. Its own declarations import without file endings, which resolves to `any`. */
interface Library extends TokenizerParts {
  readonly model: { readonly vocab: readonly (string | undefined)[] };
  encode(text: string, options: { add_special_tokens: boolean }): { ids: (number | undefined)[]; tokens: string[] };
  decode(ids: number[], options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean }): string;
  token_to_id(token: string): number | undefined;
}

/** A tokenizer of `@huggingface/tokenizers`, which does the work of a `tokenizer.json`. */
export class LibraryCodec implements Codec {
  readonly #library: Library;
  readonly #vocabulary: readonly (string | undefined)[];
  /** A token to put others behind, and its text: see {@link tokenText}. */
  readonly #anchor: readonly number[];
  readonly #anchorText: string;

  private constructor(library: Library) {
    this.#library = library;
    this.#vocabulary = library.model.vocab;
    this.#anchor = library.encode("a", { add_special_tokens: false }).ids.filter((id) => id !== undefined);
    this.#anchorText = this.decode(this.#anchor, false);
  }

  /**
   * Builds the tokenizer that a `tokenizer.json` describes. The library is imported only now.
   *
   * @param path named in errors
   * @throws AutocircuitError `bad-file` for parts that the library does not know
   */
  static async create(json: TokenizerJson, path: string): Promise<LibraryCodec> {
    const { Tokenizer } = (await import("@huggingface/tokenizers")) as {
      Tokenizer: new (...parts: object[]) => Library;
    };
    try {
      // WordLevel models look for their unknown token there.
      const library = new Tokenizer(json, { unk_token: json.model.unk_token });
      useUnicodePatterns(library, json);
      return new LibraryCodec(library);
    } catch (cause) {
      throw badFile(path, `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
    }
  }

  /** One more than the highest id. */
  get size(): number {
    return this.#vocabulary.length;
  }

  encode(text: string): number[] {
    const { ids, tokens } = this.#library.encode(text, { add_special_tokens: false });
    const unknown = ids.indexOf(undefined);
    if (unknown < 0) return ids as number[];
    throw new AutocircuitError(
      "bad-input",
      `${JSON.stringify(text)}: the vocabulary has no token for ${JSON.stringify(tokens[unknown])}, nor one for what is unknown.`,
      { reason: "text-outside-vocabulary" },
    );
  }

  decode(ids: readonly number[], skipSpecialTokens: boolean): string {
    if (ids.length === 0) return "";
    // Cleaning up would drop spaces before punctuation, and with them the difference between " ." and ".".
    return this.#library.decode([...ids], {
      skip_special_tokens: skipSpecialTokens,
      clean_up_tokenization_spaces: false,
    });
  }

  has(id: number): boolean {
    return this.#vocabulary[id] !== undefined;
  }

  /** Decoded behind another token: SentencePiece decoders drop the space that begins a text. */
  tokenText(id: number): string {
    const text = this.decode([...this.#anchor, id], false);
    return text.startsWith(this.#anchorText) ? text.slice(this.#anchorText.length) : this.decode([id], false);
  }

  /** Id of a token by its content, as the vocabulary spells it. */
  idOf(content: string): number | undefined {
    return this.#library.token_to_id(content);
  }
}
