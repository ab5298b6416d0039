import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ggufFixture } from "../../test/fixtures.ts";
import { loadModel } from "../load-model.ts";
import { endTokens } from "./end-tokens.ts";

it("are those of a GGUF file, or of a folder's two files", async () => {
  expect(await endTokens(ggufFixture("llama"))).toEqual([0]);
  const folder = mkdtempSync(join(tmpdir(), "ends-"));
  try {
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    expect(await endTokens(folder)).toEqual([]);
    write("config.json", '{"eos_token_id": 2}');
    write("generation_config.json", '{"eos_token_id": [5, 7]}');
    expect(await endTokens(folder)).toEqual([5, 7, 2]);
    write("generation_config.json", '{"eos_token_id": [5,');
    await expect(endTokens(folder)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringContaining("generation_config.json: is not JSON"),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("are the model's, with the tokenizer's, whatever graph it is patched by", async () => {
  const tokenizer = { encode: () => [1], eosId: 9 };
  const gpt2 = new URL("../../../conformance/fixtures/hf/gpt2", import.meta.url).pathname;
  using model = await loadModel(gpt2, { tokenizer });
  expect(model.endTokens).toEqual(new Set([2, 9]));
  expect(model.withGraph({ factorized: false }).endTokens).toEqual(model.endTokens);
});
