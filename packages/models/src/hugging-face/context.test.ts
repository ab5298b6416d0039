import { PatchableModel, Tokens } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";
import { expect, it, vi } from "vitest";
import { numbers } from "../../test/close-to.ts";
import { editedCheckpoint } from "../../test/edited-checkpoint.ts";
import { huggingFace } from "../../test/fixtures.ts";
import { loadTransformer } from "../load-transformer.ts";

const ids = (length: number) =>
  Tensor.from([Array.from({ length }, (_, position) => (7 * position) % 97)], { dtype: "int64" });

/** The small Llama with a context of 8 positions. */
const short = (rope: object) =>
  editedCheckpoint(huggingFace("llama"), (_, config) => {
    config.max_position_embeddings = 8;
    config.rope_parameters = { rope_theta: 10000, ...rope };
  });

it("ends where frequencies would change, for dynamic scaling", async () => {
  await using dynamic = await short({ rope_type: "dynamic", factor: 4 });
  await using usual = await short({ rope_type: "default" });
  const loaded = await Promise.all([dynamic, usual].map(({ folder }) => loadTransformer(folder)));
  using model = new PatchableModel({ transformer: loaded[0]!.transformer });
  using plain = new PatchableModel({ transformer: loaded[1]!.transformer });
  using fits = ids(8);
  using logits = await model.forward(fits);
  using wanted = await plain.forward(fits);
  expect(await numbers(logits)).toEqual(await numbers(wanted));

  const refused = expect.objectContaining({
    code: "bad-input",
    message: expect.stringContaining(
      "The prompts have 9 positions, the model's context 8. Its rotary positions are scaled",
    ),
  });
  using beyond = ids(9);
  await expect(model.forward(beyond)).rejects.toEqual(refused);
  await expect(model.sourceOutputs(beyond)).rejects.toEqual(refused);
  await expect(model.ablations(beyond, "resample")).rejects.toEqual(refused);
  // A prefix counts too.
  const { prefix } = await model.run(fits, { keysValues: true, logits: false });
  using one = new Tokens(ids(1), { prefix });
  await expect(model.forward(one)).rejects.toEqual(refused);
  prefix!.dispose();
});

it("is passed with a word by other models with rotary positions", async () => {
  await using usual = await short({ rope_type: "linear", factor: 2 });
  const { transformer } = await loadTransformer(usual.folder);
  using model = new PatchableModel({ transformer });
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    using fits = ids(8);
    (await model.forward(fits)).dispose();
    expect(said).not.toHaveBeenCalled();
    using beyond = ids(11);
    (await model.sourceOutputs(beyond)).dispose();
    (await model.forward(beyond)).dispose();
    expect(said.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining("prompts are longer than the model's context of 8 positions (one has 11)"),
    ]);
  } finally {
    said.mockRestore();
  }
});
