import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { measureAutoencoders, measureCheckpoints } from "./measure-loads.ts";

const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));

it("measures checkpoints in three types, and narrower ones are further off", async () => {
  const rows = await measureCheckpoints([join(fixtures, "hf")]);
  expect(rows.map(({ name }) => name)).toEqual(["gpt2", "llama"]);
  for (const { differences, size } of rows) {
    expect(size).toMatchObject({ blocks: 2, heads: 4 });
    expect(differences.float32).toBeLessThan(1e-5);
    expect(differences.float16).toBeGreaterThan(differences.float32);
    expect(differences.bfloat16).toBeGreaterThan(differences.float16);
    expect(differences.bfloat16).toBeLessThan(0.1);
  }
});

it("opens each format of autoencoders, and compares latents", async () => {
  const rows = await measureAutoencoders([join(fixtures, "autoencoders")]);
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThan(9);
  for (const { latents } of rows) expect(latents).toBeLessThan(1e-5);
});
