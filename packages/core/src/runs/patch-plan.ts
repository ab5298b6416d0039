import { kind, signature } from "@autocircuit/base";
import type { PromptSide } from "../prompts/prompt-pair.ts";

/**
 * `tree`: ablate the edges outside the circuit (keep the circuit). `edge`: ablate the edges in the circuit.
 */
export type PatchType = "tree" | "edge";

/** The names of the ways to patch. */
export const patchTypes: readonly PatchType[] = ["tree", "edge"];

const check = signature("patchPlan", { patch: kind.oneOf(patchTypes), reverse: kind.flag });

/** Which prompt runs, and from which the ablation is made. */
export interface PatchPlan {
  readonly run: PromptSide;
  readonly ablateFrom: PromptSide;
}

/**
 * Tree patching runs the clean prompt and ablates from the corrupt one; edge patching runs the corrupt prompt and ablates
 * from the clean one. `reverse` swaps the two.
 */
export function patchPlan(patch: PatchType, reverse: boolean): PatchPlan {
  check({ patch, reverse });
  const runsClean = (patch === "tree") !== reverse;
  return runsClean ? { run: "clean", ablateFrom: "corrupt" } : { run: "corrupt", ablateFrom: "clean" };
}
