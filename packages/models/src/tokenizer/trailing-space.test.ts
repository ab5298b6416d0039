import { loadPrompts, type RawPrompt, trailingSpaceNote } from "@autocircuit/core";
import { expect, it } from "vitest";
import { textFolder } from "../../test/text-folder.ts";
import { llamaTokenizer } from "../../test/tokenizers.ts";
import { gpt2Tokenizer } from "./gpt2-tokenizer.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

async function noted(tokenizer: TextTokenizer, prompts: readonly Partial<RawPrompt>[]): Promise<string | undefined> {
  const whole = prompts.map((prompt) => ({ corrupt: prompt.clean!, wrong_answers: [], ...prompt }) as RawPrompt);
  using loader = await loadPrompts({ prompts: whole }, { tokenizer, padId: 0, all: true });
  return trailingSpaceNote(loader.prompts, tokenizer);
}

const gpt2 = gpt2Tokenizer();
const prompt = (clean: string, ...answers: string[]) => ({ clean, answers });

it("counts the prompts that end in the space of their answers, of GPT-2's words", async () => {
  const prompts = [prompt("Mary gave a drink to ", " John"), prompt("John gave a drink to", " Mary")];
  expect(await noted(gpt2, prompts)).toMatch(
    /^warning: 1 of 2 prompts end in a space, and their answers begin with one \(such as " John"\)/,
  );
  const ids = prompts.map(({ clean, answers }) => ({
    ...{ clean: gpt2.encode(clean), answers: answers.map((answer) => gpt2.encode(answer)[0]!) },
  }));
  expect(await noted(gpt2, ids)).toBe(await noted(gpt2, prompts));
  expect(await noted(gpt2, [{ clean: "Mary gave to ", answers: [["a"], [" John"]] }])).toMatch(/^warning: 1 of 1/);
});

it("and of SentencePiece's, which puts the space before words that were given without", async () => {
  await using written = await textFolder({ "tokenizer.json": llamaTokenizer() });
  const llama = await loadTokenizer(written.folder);
  expect(await noted(llama, [prompt("Mary ", "John"), prompt("John ", "Mary")])).toMatch(
    /^warning: 2 of 2 .* \(such as " John"\)/,
  );
  expect(await noted(llama, [prompt("Mary", "John")])).toBeUndefined();
});

it.each([
  ["prompts without it", prompt("Mary gave a drink to", " John")],
  ["answers without it", prompt("The year 17", "32")],
  ["answers of which one goes on", prompt("Mary gave a drink to ", " John", "John")],
  ["a word without space behind it", prompt("Mary gave a drink to ", "John")],
  ["code, whose last space is the next word's", prompt("def f():\n   ", " return")],
  ["a new line", prompt("Answer:\n", " yes")],
  ["an answer that is white space", prompt("a ", " ")],
])("says nothing of %s", async (_, fine) => {
  expect(await noted(gpt2, [fine])).toBeUndefined();
});

it("nor where no tokenizer tells the text of tokens", async () => {
  using loader = await loadPrompts(
    { prompts: [{ clean: "to ", corrupt: "to ", answers: [" John"], wrong_answers: [] }] },
    { tokenizer: gpt2, all: true },
  );
  for (const tokenizer of [null, { encode: (text: string) => gpt2.encode(text) }])
    expect(trailingSpaceNote(loader.prompts, tokenizer)).toBeUndefined();
});
