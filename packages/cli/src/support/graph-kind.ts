import type { GraphKind } from "@autocircuit/core";
import type { SubjectCommandOptions } from "./subject-options.ts";

type KindOptions = Pick<SubjectCommandOptions, "factorized" | "separateQkv" | "ungrouped">;

/** The options that make a model's graph of a kind. What was asked for stays; it may contradict, which what reads the circuit says then. */
export function kindOptions(kind: GraphKind | undefined, asked: KindOptions): Partial<KindOptions> {
  if (kind === undefined) return {};
  const { factorized, separateQkv, ungrouped } = kind;
  const contradicts = factorized ? !asked.factorized : !asked.separateQkv || asked.ungrouped;
  if (contradicts) return {};
  return {
    factorized,
    separateQkv: asked.separateQkv && (separateQkv || !factorized),
    ungrouped: asked.ungrouped ?? ungrouped,
  };
}
