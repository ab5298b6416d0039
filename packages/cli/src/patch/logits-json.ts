/**
 * Logits as one line of JSON, with what else is said of them, a prompt at a time: of a few dozen prompts and the vocabulary of a language model
 * they are longer than a text may be.
 *
 * @param logits of each prompt, position and token
 */
export function* logitsJson(
  logits: readonly (readonly (readonly number[])[])[],
  about: Readonly<Record<string, unknown>>,
): Generator<string> {
  yield '{"logits":[';
  for (const [i, prompt] of logits.entries()) yield `${i === 0 ? "" : ","}${JSON.stringify(prompt)}`;
  yield "]";
  for (const [key, value] of Object.entries(about))
    if (value !== undefined) yield `,${JSON.stringify(key)}:${JSON.stringify(value)}`;
  yield "}\n";
}
