import { AutocircuitError, kind } from "@autocircuit/base";
import { Ablation } from "@autocircuit/native";

/** An option of algorithms that go along a path between two runs. */
export interface PathOptions {
  /**
   * Where paths end on the ablated side, values for all prompts `[S, 1, P, D]`; default the ablation. What edges are scored by stays the
   * ablation's difference from the clean outputs.
   */
  readonly pathEnd?: Ablation | undefined;
}

/** What it may be. */
export const pathEnd = kind.instance(Ablation, "an Ablation");

/** @throws AutocircuitError `shape` for values that are not for all prompts */
export function requireShared(given: Ablation | undefined): void {
  if (given === undefined || given.sources.shape[1] === 1) return;
  throw new AutocircuitError(
    "shape",
    `\`pathEnd\` must hold values for all prompts, [S, 1, P, D]; it has [${given.sources.shape.join(", ")}].`,
  );
}
