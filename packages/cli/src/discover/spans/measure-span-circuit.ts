import type { AblationType, LoadedTask, PromptLoader } from "@autocircuit/core";
import { outputsNumbers, type PromptSpans, runSpanCircuit, SpanCircuit } from "@autocircuit/discovery";
import { klOfLogprobs, logprob } from "@autocircuit/metrics";
import { scope } from "@autocircuit/native";
import type { SpanResult } from "./span-result.ts";

/** The prompts that a circuit over spans is measured on. */
export function measuredOn({ train, test }: LoadedTask): PromptLoader {
  return test.promptCount > 0 ? test : train;
}

/** How far the outputs of a circuit over spans are from the full model's, on the prompts to measure on. */
export async function measureSpanCircuit(
  task: LoadedTask,
  spans: PromptSpans,
  circuit: SpanCircuit,
  ablation: AblationType,
  signal: AbortSignal,
): Promise<SpanResult["faithfulness"]> {
  const { model } = task;
  const { prompts } = measuredOn(task);
  const { edgeCount } = model.graph;
  const everything = spans.names.flatMap((span) =>
    Array.from({ length: edgeCount }, (_, edge) => [edge, span] as const),
  );
  const full = new SpanCircuit(model.graph, spans.names, everything);
  const numbers = outputsNumbers(task);
  const sum = await scope(async () => {
    const [theirs, ours] = [
      await runSpanCircuit(model, prompts, spans, full, { ablation, signal }),
      await runSpanCircuit(model, prompts, spans, circuit, { ablation, signal }),
    ];
    let sum = 0;
    for (const [row, logits] of ours.entries()) {
      const other = theirs[row]!;
      const distance = numbers
        ? logits.sub(other).pow(2).mean()
        : klOfLogprobs(logprob(other.unsqueeze(0)), logprob(logits.unsqueeze(0))).mean();
      sum += Number(await distance.item());
    }
    return sum;
  });
  return {
    metric: numbers ? "mean squared error from the full model" : "KL(full model || circuit), nats",
    circuit: sum / prompts.length,
    prompts: prompts.length,
  };
}
