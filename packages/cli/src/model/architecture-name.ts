/**
 * Whose words a `config.json` is written in, and which architecture it names.
 *
 * @example
 * architectureName({ model_type: "llama", architectures: ["LlamaForCausalLM"] }); // "llama (LlamaForCausalLM), Hugging Face layout"
 */
export function architectureName(config: unknown): string {
  const {
    model_type: family,
    architectures,
    model_name: name,
    original_architecture: original,
  } = (config ?? {}) as Record<string, unknown>;
  if (typeof family !== "string") {
    const known = [name, original].find((text) => typeof text === "string" && text !== "");
    return `${known === undefined ? "" : `${known}, `}TransformerLens layout`;
  }
  const [architecture] = Array.isArray(architectures) ? architectures : [];
  return `${family}${typeof architecture === "string" ? ` (${architecture})` : ""}, Hugging Face layout`;
}
