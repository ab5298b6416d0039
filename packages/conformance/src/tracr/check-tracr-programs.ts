import { transformerFromWeights } from "@autocircuit/models";
import { Tensor } from "@autocircuit/native";
import { transformerLensConfig } from "@autocircuit/tracr";
import type { CaseFolder } from "../find-cases.ts";
import type { Recorder } from "../recorder.ts";
import { checkTracrConformance } from "./check-folder.ts";
import type { GoldenOutputs } from "./compare.ts";

/** How far the engine's outputs may be from tracr's in float64. */
const FLOAT64_TOLERANCE = 1e-12;

/**
 * Checks the compiler against the golden data of tracr: weights exactly, outputs to 1e-12, and the engine's in
 * float64 (to 1e-12) and in float32 (to 1e-6, or to what float32 can hold).
 */
export async function checkTracrPrograms(folder: CaseFolder, recorder: Recorder): Promise<void> {
  const outputs: GoldenOutputs[] = [];
  checkTracrConformance(
    folder.path,
    (name, passed, detail) => recorder.record(name, passed, detail),
    (golden) => outputs.push(golden),
  );
  for (const golden of outputs) {
    const tolerances = { float64: FLOAT64_TOLERANCE, float32: golden.float32Tolerance } as const;
    for (const dtype of ["float64", "float32"] as const) {
      const worst = await engineDifference(golden, dtype);
      const detail = `largest difference ${worst}, allowed ${tolerances[dtype]}`;
      recorder.record(`${golden.name}: outputs of the engine, ${dtype}`, worst <= tolerances[dtype], detail);
    }
  }
}

async function engineDifference(
  { model, tokens, logits }: GoldenOutputs,
  dtype: "float32" | "float64",
): Promise<number> {
  const { transformer } = await transformerFromWeights({ ...transformerLensConfig(model) }, model.weights, {
    dtype,
  });
  using loaded = transformer;
  using ids = Tensor.from(BigInt64Array.from(tokens.flat(), BigInt), { shape: [tokens.length, tokens[0]!.length] });
  const result = await loaded.forward({ tokens: ids });
  using ours = result.logits!;
  const expected = logits.flat(2);
  const values = Array.from(await ours.data(), Number);
  if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
  return values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0);
}
