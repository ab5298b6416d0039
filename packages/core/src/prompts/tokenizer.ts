/** What is needed to read prompts given as text. */
export interface Tokenizer {
  /** Token ids of a text, without special tokens before or after. */
  encode(text: string): readonly number[];
  /** The text of each token of a text, for errors that show how a word splits. */
  pieces?(text: string): readonly string[];
  /** The text of a token, for labels; undefined where there is none of this number. */
  token?(id: number): string | undefined;
  /** Token that starts a text, if the model has one. */
  readonly bosId?: number | null | undefined;
  /** Token that ends a text, if the model has one. */
  readonly eosId?: number | null | undefined;
  /** Token that fills shorter prompts on the left; what it is does not matter, padded positions are not attended to. */
  readonly padId?: number | null | undefined;
}
