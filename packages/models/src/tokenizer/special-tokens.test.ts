import { describe, expect, it } from "vitest";
import { ConfigReader } from "../config-reader.ts";
import { findSpecialIds } from "./special-tokens.ts";

const ids: Record<string, number> = { "<s>": 1, "</s>": 2, "<pad>": 3, "[CLS]": 4 };

function find(files: { tokenizer?: object; map?: object; model?: object; processor?: object }) {
  const reader = (values: object | undefined) => values && new ConfigReader(values, "file");
  return findSpecialIds(
    {
      tokenizerConfig: reader(files.tokenizer),
      specialTokensMap: reader(files.map),
      modelConfig: reader(files.model),
      postProcessor: files.processor,
    },
    (token) => ids[token],
  );
}

const template = (first: object, special_tokens: object = {}) => ({
  type: "TemplateProcessing",
  single: [first, { Sequence: { id: "A" } }],
  special_tokens,
});

describe("findSpecialIds", () => {
  it("asks the post-processor, tokenizer_config.json, special_tokens_map.json and config.json, in this order", () => {
    const model = { bos_token_id: 9, eos_token_id: [7, 8], pad_token_id: 6 };
    expect(find({})).toEqual({ bosId: null, eosId: null, padId: null });
    expect(find({ model })).toEqual({ bosId: 9, eosId: 7, padId: 6 });
    const map = { bos_token: { content: "<s>" }, eos_token: "</s>", pad_token: "<pad>" };
    expect(find({ model, map })).toEqual({ bosId: 1, eosId: 2, padId: 3 });
    expect(find({ model, map, tokenizer: { bos_token: "</s>" } })).toEqual({ bosId: 2, eosId: 2, padId: 3 });
    const processor = template({ SpecialToken: { id: "[CLS]" } });
    expect(find({ model, map, processor })).toEqual({ bosId: 4, eosId: 2, padId: 3 });
  });

  it("takes null for an answer, an unknown token not", () => {
    expect(find({ model: { bos_token_id: 9 }, tokenizer: { bos_token: null } }).bosId).toBeNull();
    expect(find({ model: { bos_token_id: 9 }, tokenizer: { bos_token: "<other>" } }).bosId).toBe(9);
  });

  it("keeps a BOS token that the tokenizer itself does not add", () => {
    expect(find({ tokenizer: { bos_token: "<s>", add_bos_token: false } }).bosId).toBe(1);
  });

  it("reads every kind of post-processor", () => {
    const special = template({ SpecialToken: { id: "<s>" } }, { "<s>": { ids: [5] } });
    expect(find({ processor: special }).bosId).toBe(5);
    const sequence = { type: "Sequence", processors: [{ type: "ByteLevel" }, special] };
    expect(find({ processor: sequence }).bosId).toBe(5);
    expect(find({ processor: template({ Sequence: { id: "A" } }) }).bosId).toBeNull();
    expect(find({ processor: { type: "RobertaProcessing", cls: ["<s>", 1], sep: ["</s>", 2] } }).bosId).toBe(1);
    expect(find({ processor: { type: "ByteLevel" }, model: { bos_token_id: 9 } }).bosId).toBe(9);
  });
});
