import type { ConfigReader } from "../config-reader.ts";

/** Ids of the tokens with a meaning of their own; null for one the model does not have. */
export interface SpecialIds {
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
}

/** The files of a folder that name special tokens, each where it is there. */
export interface SpecialTokenSources {
  /** `tokenizer_config.json` */
  readonly tokenizerConfig: ConfigReader | undefined;
  /** `special_tokens_map.json` */
  readonly specialTokensMap: ConfigReader | undefined;
  /** `config.json` of the model */
  readonly modelConfig: ConfigReader | undefined;
  /** `post_processor` of `tokenizer.json` */
  readonly postProcessor: unknown;
}

/**
 * Finds the ids of special tokens.
 *
 * The token that starts a text is the one the post-processor of `tokenizer.json` puts there; else what
 * `tokenizer_config.json`, `special_tokens_map.json` and `config.json` name, in this order. A `null` there says that the
 * model has none (Qwen's does), and ends the search. `add_bos_token: false` does not: GPT-2 has a BOS token which its
 * tokenizer does not add, and which TransformerLens (and so AutoCircuit's tasks) puts before every prompt.
 *
 * @param idOf the id of a token by its content
 */
export function findSpecialIds(sources: SpecialTokenSources, idOf: (token: string) => number | undefined): SpecialIds {
  const named = (role: "bos" | "eos" | "pad"): number | null => {
    for (const source of [sources.tokenizerConfig, sources.specialTokensMap]) {
      if (source?.hasKey(`${role}_token`) !== true) continue;
      const content = tokenContent(source.raw(`${role}_token`));
      if (content === undefined) return null;
      const id = idOf(content);
      if (id !== undefined) return id;
    }
    return tokenId(sources.modelConfig?.raw(`${role}_token_id`));
  };
  return {
    bosId: firstOfTemplate(sources.postProcessor, idOf) ?? named("bos"),
    eosId: named("eos"),
    padId: named("pad"),
  };
}

/** The text of a token, which these files give as text or as an object around it. */
export function tokenContent(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  const content = field(token, "content");
  return typeof content === "string" ? content : undefined;
}

/** An id, or the first of several (models with more than one end). */
function tokenId(value: unknown): number | null {
  const id = Array.isArray(value) ? value[0] : value;
  return Number.isSafeInteger(id) && id >= 0 ? id : null;
}

/** The special token that a post-processor puts before a single text. */
function firstOfTemplate(processor: unknown, idOf: (token: string) => number | undefined): number | null {
  const nested = field(processor, "processors");
  if (Array.isArray(nested)) {
    for (const one of nested) {
      const id = firstOfTemplate(one, idOf);
      if (id !== null) return id;
    }
    return null;
  }
  const type = field(processor, "type");
  if (type === "RobertaProcessing" || type === "BertProcessing") {
    const cls = field(processor, "cls");
    return Array.isArray(cls) ? tokenId(cls[1]) : null;
  }
  const single = field(processor, "single");
  if (type !== "TemplateProcessing" || !Array.isArray(single)) return null;
  const name = field(field(single[0], "SpecialToken"), "id");
  if (typeof name !== "string") return null;
  const ids = field(field(field(processor, "special_tokens"), name), "ids");
  return tokenId(ids) ?? idOf(name) ?? null;
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
