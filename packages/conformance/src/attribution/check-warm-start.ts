import { type DestGroup, PruneScores } from "@autocircuit/core";
import { ranksWithin, type WarmStartOptions, warmStart } from "@autocircuit/discovery";
import type { Recorder } from "../recorder.ts";
import type { AttributedCase } from "./attributed-case.ts";
import { edgesOfMatrix, matrixOf } from "./score-matrix.ts";

/** Checks where edge pruning starts that is warmed by scores. */
export function checkWarmStart({ graph, tensors, cells }: AttributedCase<unknown>, recorder: Recorder): void {
  const scores = new PruneScores(graph, edgesOfMatrix(tensors, "eap-ig-inputs-5", cells));
  const among: Record<string, WarmStartOptions["among"]> = { own: undefined, visible };
  const wantedRanks = tensors.get("warm-start/ranks");
  recorder.tensor("ranks", matrixOf(ranksWithin(scores), cells, wantedRanks.shape), wantedRanks);
  for (const name of tensors.names("warm-start/").filter((tensor) => tensor !== "warm-start/ranks")) {
    const [, rule, sparsity] = name.split("/") as [string, string, string];
    const wanted = tensors.get(name);
    const found = warmStart(scores, { sparsity: Number(sparsity), ...(among[rule] && { among: among[rule] }) });
    recorder.tensor(`${rule}/${sparsity}`, matrixOf(found, cells, wanted.shape), wanted);
  }
}

/** The third party's groups: attention with the MLP before it, `Resid End` alone. */
function visible({ kind, block }: DestGroup): unknown {
  if (kind === "end") return kind;
  return kind === "mlp" ? block : block - 1;
}
