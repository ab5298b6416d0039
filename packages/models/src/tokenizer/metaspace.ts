/**
 * Writes a `pre_tokenizer` so that the library does what the file means.
 *
 * `Metaspace` splits a text before every space, unless `split` is false, and puts a space before it, unless
 * `prepend_scheme` (or, in older files, `add_prefix_space`) says otherwise; the library's neither splits nor reads
 * `add_prefix_space`. Without the split, runs of spaces become other tokens.
 */
export function withSplittingMetaspace(preTokenizer: unknown): unknown {
  if (!isObject(preTokenizer)) return preTokenizer;
  if (preTokenizer.type === "Sequence" && Array.isArray(preTokenizer.pretokenizers)) {
    return { ...preTokenizer, pretokenizers: preTokenizer.pretokenizers.map(withSplittingMetaspace) };
  }
  if (preTokenizer.type !== "Metaspace") return preTokenizer;
  const { replacement = "▁", add_prefix_space, split } = preTokenizer;
  const prepend_scheme = preTokenizer.prepend_scheme ?? (add_prefix_space === false ? "never" : "always");
  const metaspace = { ...preTokenizer, replacement, prepend_scheme };
  if (split === false) return metaspace;
  const space = String(replacement).replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  const words = { type: "Split", pattern: { Regex: `${space}[^${space}]*|[^${space}]+` }, invert: true };
  return { type: "Sequence", pretokenizers: [metaspace, words] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
