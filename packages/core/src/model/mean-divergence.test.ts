import { Tensor } from "@autocircuit/native";
import { afterAll, expect, it } from "vitest";
import { tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { meanDivergence } from "./mean-divergence.ts";
import { PatchableModel } from "./patchable-model.ts";

const pairs = randomPairs(4, 5);
const prompts = new PromptLoader(pairs, { batchSize: 2 });
const model = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
const replaced = model.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: false }));
afterAll(() => {
  for (const owned of [prompts, replaced, model]) owned[Symbol.dispose]();
});

/** Probabilities of each clean prompt's outputs, written out. */
async function probabilities(of: PatchableModel): Promise<number[][][]> {
  using tokens = Tensor.from(
    pairs.map(({ clean }) => [...clean]),
    { dtype: "int64" },
  );
  using logits = await of.forward(tokens, { sliced: false });
  return ((await logits.toArray()) as number[][][]).map((rows) =>
    rows.map((row) => {
      const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
      return row.map((logit) => Math.exp(logit) / sum);
    }),
  );
}

it("is the divergence at a position, mean over all of them", async () => {
  const [p, q] = [(await probabilities(model)).flat(), (await probabilities(replaced)).flat()];
  const each = p.map((row, at) => row.reduce((sum, share, token) => sum + share * Math.log(share / q[at]![token]!), 0));
  const expected = each.reduce((sum, kl) => sum + kl) / each.length;
  expect(expected).toBeGreaterThan(1e-3);
  expect(await meanDivergence(model, replaced, prompts)).toBeCloseTo(expected, 10);
  expect(await meanDivergence(model, model, prompts)).toBe(0);
  using exact = model.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: true }));
  expect(await meanDivergence(model, exact, prompts)).toBeLessThan(1e-12);
});
