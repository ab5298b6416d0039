import { join } from "node:path";
import { eapGp } from "@autocircuit/discovery";
import { readJson } from "../check-patching.ts";
import type { CaseFolder } from "../find-cases.ts";
import { ExpectedTensors } from "../read-safetensors.ts";
import type { Recorder } from "../recorder.ts";
import { attributedCase, modelFolder } from "./attributed-case.ts";
import { checkMib, type MibExpected } from "./check-mib.ts";
import { methodOf } from "./methods.ts";
import { divided, type MatrixNames, matrixOf } from "./score-matrix.ts";

/** What `expected.json` of a case says. */
interface AttributionExpected extends MatrixNames {
  batch_size: number;
  model?: string;
  mib?: MibExpected;
}

/** Checks the newer methods of attribution on one model. */
export async function checkAttributionCase({ path }: CaseFolder, recorder: Recorder): Promise<void> {
  const expected = readJson(path, "expected.json") as AttributionExpected;
  const tensors = new ExpectedTensors(join(path, "scores.safetensors"));
  const found = await attributedCase(modelFolder(path, expected.model), expected, tensors);
  using model = found.model;
  for (const name of tensors.names()) {
    const method = methodOf(name);
    if (method === undefined) continue;
    await recorder.attempt(name, async () => {
      const wanted = tensors.get(name);
      const scores = await method.run(model, found.prompts);
      const values = divided(scores, found.prompts.promptCount);
      recorder.tensor(name, matrixOf(values, found.cells, wanted.shape), wanted, { ofMax: method.ofMax ?? 0 });
    });
  }
  if (tensors.has("path/eap-gp-5")) await recorder.attempt("path/eap-gp-5", () => checkPath(found, recorder));
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
  recorder.tensor("path/eap-gp-5", { shape: wanted.shape, data: points }, wanted, { ofMax: 2e-3 });
}
