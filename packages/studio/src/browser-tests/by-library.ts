import { Circuit, type LoadedTask, runCircuits } from "@autocircuit/core";
import { batchAnswerDifference, klOfLogprobs, logprob } from "@autocircuit/metrics";
import { scope } from "@autocircuit/native";

/** What the library itself says of the first test prompt with all edges but `ablated`: tree patching, resample ablation. */
export async function byLibrary(
  { model, test }: LoadedTask,
  ablated: readonly string[],
): Promise<{ logitDiff: number; kl: number; fullLogitDiff: number }> {
  const out = new Set(model.graph.indices(ablated));
  const circuit = Circuit.where(model.graph, (edge) => !out.has(edge));
  using runs = await runCircuits(model, test, { circuits: [circuit], ablation: "resample", patch: "tree" });
  const batch = test.batches[0]!;
  using full = await model.forward(batch.clean);
  return await scope(async () => {
    const logits = runs[0]!.logits[0]!;
    const first = async (values: { data(): Promise<ArrayLike<number | bigint>> }) => Number((await values.data())[0]);
    return {
      logitDiff: await first(await batchAnswerDifference(logits, batch)),
      kl: await first(klOfLogprobs(logprob(full), logprob(logits))),
      fullLogitDiff: await first(await batchAnswerDifference(full, batch)),
    };
  });
}
