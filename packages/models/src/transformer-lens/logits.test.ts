import { readFileSync } from "node:fs";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { expectClose, numbers } from "../../test/close-to.ts";
import { editedCheckpoint } from "../../test/edited-checkpoint.ts";
import { transformerLens, transformerLensModels } from "../../test/fixtures.ts";
import { loadTransformer } from "../load-transformer.ts";
import { decode } from "../safetensors/decode.ts";
import { SafetensorsFile } from "../safetensors/safetensors-file.ts";

/** What TransformerLens 2.18 gave for `inputs.json`. */
async function expected(name: (typeof transformerLensModels)[number]) {
  await using file = await SafetensorsFile.open(`${transformerLens(name)}/expected.safetensors`);
  return decode(await file.read("logits"), "F32");
}

async function logitsOf(folder: string, name: (typeof transformerLensModels)[number], dtype: "float32" | "float64") {
  const { tokens: ids } = JSON.parse(readFileSync(`${transformerLens(name)}/inputs.json`, "utf8"));
  const { transformer } = await loadTransformer(folder, { dtype });
  using _ = transformer;
  using tokens = Tensor.from(ids, { dtype: "int64" });
  const { logits } = await transformer.forward({ tokens });
  return numbers(logits!);
}

describe.each(transformerLensModels)("%s", (name) => {
  it.each(["float32", "float64"] as const)("computes what TransformerLens computes, in %s", async (dtype) => {
    expectClose(await logitsOf(transformerLens(name), name, dtype), await expected(name), 1e-5);
  });
});

it("a gated bias counts, also where the MLP has no other", async () => {
  const without = (...gone: string[]) =>
    editedCheckpoint(transformerLens("gated-bias"), (tensors) => {
      for (const layer of [0, 1]) for (const bias of gone) delete tensors[`blocks.${layer}.mlp.${bias}`];
    });
  await using noOutput = await without("b_out");
  await using none = await without("b_in", "b_out");
  const [some, bare] = await Promise.all(
    [noOutput, none].map(({ folder }) => logitsOf(folder, "gated-bias", "float64")),
  );
  expect(Math.max(...some!.map((value, at) => Math.abs(value - bare![at]!)))).toBeGreaterThan(0.1);
});
