import type { LoadedTask } from "@autocircuit/core";
import type { ReportScoredEdge } from "@autocircuit/report";

/**
 * How much the sources of edges write for the task's first clean prompt: the Euclidean norm of each one's output, at the edge's position, or its
 * mean over positions. Nothing is said of graphs with latents, whose sources are thousands.
 */
export async function sourceNorms(
  { model, train, test }: LoadedTask,
  signal: AbortSignal | undefined,
): Promise<(edge: Pick<ReportScoredEdge, "edge" | "token">) => number | undefined> {
  const { graph } = model;
  const first = (train.batches[0] ?? test.batches[0])?.slices(1)[0];
  if (graph.config.latents || first === undefined) return () => undefined;
  using outputs = await model.sourceOutputs(first.clean, { signal });
  const norms = (await outputs.to("float32").pow(2).sum(-1).sqrt().select(1, 0).toArray()) as number[][];
  const [padding = 0] = first.padding("clean") ?? [];
  return ({ edge, token }) => {
    const { index } = graph.src(edge.split("->")[0]!);
    const real = norms[index]!.slice(padding);
    return token === null ? real.reduce((sum, norm) => sum + norm, 0) / real.length : norms[index]![token];
  };
}
