import { type ModelGraphOptions, PatchableModel, PromptLoader } from "@autocircuit/core";
import { setThreads } from "@autocircuit/native";
import { casePairs, caseTransformer } from "../../core/test/case-model.ts";
import { readCase } from "../../core/test/conformance.ts";

// The networks here are so small that a second thread only waits for the first, and for whatever else the machine does.
await setThreads(1);

/** The model and prompts of a conformance case; `options` choose the graph. */
export async function caseTask(
  name: string,
  options: ModelGraphOptions = {},
): Promise<{ model: PatchableModel; prompts: PromptLoader }> {
  const { batch_size: batchSize } = readCase(name, "expected.json");
  const prompts = new PromptLoader(casePairs(name), { batchSize });
  const transformer = await caseTransformer(name);
  return { model: new PatchableModel({ transformer, seqLen: prompts.seqLen, ...options }), prompts };
}
