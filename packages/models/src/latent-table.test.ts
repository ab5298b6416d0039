import { latentPlaces } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";
import { afterAll, expect, it } from "vitest";
import { models } from "../../core/test/latent-models.ts";
import { latentTable } from "./latent-table.ts";

const { plain, withLatents: model, [Symbol.dispose]: dispose } = models({ input: "mlp_out" });
afterAll(dispose);
const ids = [1, 7, 9, 4];

it("has all that are not 0 at each token, the strongest first, as they are called in the graph", async () => {
  using tokens = Tensor.from([ids], { dtype: "int64" });
  const activations = await model.latents(tokens);
  const places = latentPlaces(model.graph);
  const rows = await latentTable(model, ids, { top: 2 });
  expect(rows.map(({ position, token, of }) => [position, token, of])).toEqual(
    ids.flatMap((token, position) => places.map(({ block }) => [position, token, `MLP ${block}`])),
  );
  expect(rows.some(({ active }) => active > 2)).toBe(true);
  for (const { position, block, active, top, text } of rows) {
    const place = places.findIndex((one) => one.block === block);
    const values = Array.from(
      await activations[place]!.slice(1, position, position + 1)
        .reshape([-1])
        .data(),
      Number,
    );
    const order = [...values.keys()].filter((i) => values[i] !== 0).sort((a, b) => values[b]! - values[a]!);
    expect([active, text]).toEqual([order.length, null]);
    expect(top).toEqual(
      order.slice(0, 2).map((i) => ({ latent: i, name: `MLP ${block} Latent ${i}`, activation: values[i] })),
    );
  }
  for (const one of activations) one.dispose();
});

it("looks at some blocks, and says what latents stand for", async () => {
  const [all] = await latentTable(model, ids, { top: 1, blocks: [1] });
  const { name } = all!.top[0]!;
  const rows = await latentTable(model, ids, { blocks: [1], labels: { [name]: "years" } });
  expect(new Set(rows.map(({ block }) => block))).toEqual(new Set([1]));
  expect(rows).toHaveLength(ids.length);
  expect(rows[0]!.top[0]).toMatchObject({ name, label: "years" });
  expect(rows[0]!.top[1]).not.toHaveProperty("label");
});

it("wrong input", async () => {
  await expect(latentTable(plain, ids)).rejects.toThrow(/no autoencoders/);
  await expect(latentTable(model, ids, { blocks: [9] })).rejects.toThrow(/`blocks` has 9: there is no autoencoder/);
  await expect(latentTable(model, ids, { labels: { "MLP 1 Latent 999": "a" } })).rejects.toThrow(/latents/);
  await expect(latentTable(model, [])).rejects.toThrow(/The prompt is empty/);
  await expect(latentTable(model, "text")).rejects.toThrow(/no tokenizer/);
  await expect(latentTable(model, [99_999])).rejects.toThrow(/token id 99999/);
});
