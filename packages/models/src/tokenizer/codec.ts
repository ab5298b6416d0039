/** What turns text into ids and back: a library, behind the few calls that {@link TextTokenizer} needs. */
export interface Codec {
  /** Ids of a text, nothing put before or after; special tokens written out in the text are recognized. */
  encode(text: string): number[];
  /** Text of ids that are all known. */
  decode(ids: readonly number[], skipSpecialTokens: boolean): string;
  /** Whether some token has this id. */
  has(id: number): boolean;
  /** Text of a token in the middle of a text, with the space that begins it. The id is known. */
  tokenText(id: number): string;
}
