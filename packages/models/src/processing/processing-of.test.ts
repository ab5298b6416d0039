import { expect, it } from "vitest";
import { ggufFixture, huggingFace, transformerLens } from "../../test/fixtures.ts";
import { processingOf } from "./processing-of.ts";

it("is all that suits a model of transformers or a GGUF file, and nothing for TransformerLens's, unless told otherwise", async () => {
  const all = { foldLn: true, centerWritingWeights: true, centerUnembed: true, foldValueBiases: true };
  const none = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };
  expect(await processingOf(huggingFace("gpt2"))).toEqual(all);
  expect(await processingOf(ggufFixture("llama"))).toMatchObject({ centerUnembed: true });
  // RMS norms take no mean away; logits behind a soft cap cannot be centred.
  expect(await processingOf(huggingFace("llama"))).toEqual({ ...all, centerWritingWeights: false });
  expect(await processingOf(huggingFace("gemma2"))).toMatchObject({ centerUnembed: false });
  expect(await processingOf(transformerLens("gpt2"))).toEqual(none);
  expect(await processingOf(transformerLens("gpt2"), { centerUnembed: true })).toEqual({
    ...none,
    centerUnembed: true,
  });
  expect(await processingOf(huggingFace("gpt2"), none)).toEqual(none);
});
