import { join } from "node:path";
import { eapGp } from "@autocircuit/discovery";
import type { ComputeDType } from "@autocircuit/native";
import { readJson } from "../check-patching.ts";
import type { CaseFolder } from "../find-cases.ts";
import { narrowBound } from "../number-types.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import { attributedCase, modelFolder } from "./attributed-case.ts";
import { checkEdgePruning, type PruningStep } from "./check-edge-pruning.ts";
import { checkMib, type MibExpected } from "./check-mib.ts";
import { checkWarmStart } from "./check-warm-start.ts";
import { methodOf } from "./methods.ts";
import { divided, type MatrixNames, matrixOf } from "./score-matrix.ts";

/** What `expected.json` of a case says. */
interface AttributionExpected extends MatrixNames {
  batch_size: number;
  model?: string;
  mib?: MibExpected;
  "edge-pruning"?: Record<string, PruningStep>;
}

/** Checks the newer methods of attribution on one model. */
export async function checkAttributionCase(
  { path }: CaseFolder,
  anyRecorder: Recorder,
  dtype?: ComputeDType,
): Promise<void> {
  const expected = readJson(path, "expected.json") as AttributionExpected;
  const tensors = new ExpectedTensors(join(path, "scores.safetensors"));
  const found = await attributedCase(modelFolder(path, expected.model), expected, tensors, dtype);
  using model = found.model;
  const recorder = anyRecorder.within(narrowBound(dtype, model.config.layers));
  for (const name of tensors.names()) {
    const method = methodOf(name);
    if (method === undefined) continue;
    await recorder.attempt(name, async () => {
      const wanted = tensors.get(name);
      const scores = await method.run(model, found.prompts);
      const values = divided(scores, found.prompts.promptCount);
      // Where steps of one size lead hangs on what little is left of a gradient.
      const compare = name.startsWith("eap-gp") ? "decided" : "tensor";
      const options = { ofMax: method.ofMax ?? 0 };
      recorder.backward()[compare](name, matrixOf(values, found.cells, wanted.shape), wanted, options);
    });
  }
  if (tensors.has("path/eap-gp-5")) await recorder.attempt("path/eap-gp-5", () => checkPath(found, recorder));
  if (expected["edge-pruning"] && !recorder.narrow) await checkEdgePruning(found, recorder.section("edge-pruning"));
  if (tensors.has("warm-start/ranks") && !recorder.narrow) checkWarmStart(found, recorder.section("warm-start"));
  if (expected.mib) await checkMib(found, expected.mib, recorder.section("mib"));
}

async function checkPath(
  { model, prompts, tensors, positional }: Awaited<ReturnType<typeof attributedCase>>,
  recorder: Recorder,
): Promise<void> {
  const wanted = tensors.get("path/eap-gp-5");
  const points: number[] = [];
  await eapGp(model, prompts, {
    steps: wanted.shape[0]!,
    onPath: async (path) => {
      if (points.length > 0) return;
      for (const point of path) {
        // The reference's embedding is that of the tokens alone.
        const { shape } = point;
        const tokens = positional ? point.sub(positional.slice(0, 0, shape[1]).unsqueeze(0)) : point;
        points.push(...Array.from(await tokens.data(), Number));
      }
    },
  });
  recorder.decided("path/eap-gp-5", { shape: wanted.shape, data: points }, wanted, { ofMax: 2e-3 });
}
