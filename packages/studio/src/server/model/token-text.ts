import { TextTokenizer } from "@autocircuit/models";
import type { StudioSubject } from "./studio-subject.ts";

/** The text of a token of a prompt, or of the output: the tokenizer's, else the subject's own, else its number. */
export function tokenText(
  { model: { tokenizer }, tokenText: own }: StudioSubject,
  id: number,
  of: "input" | "output",
): string {
  const text = tokenizer instanceof TextTokenizer ? tokenizer.token(id) : own?.(id, of);
  return text ?? String(id);
}
