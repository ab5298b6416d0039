import type { GraphKind } from "@autocircuit/core";
import type { SubjectCommandOptions } from "./subject-options.ts";

type KindOptions = Pick<SubjectCommandOptions, "nodeEdges" | "sharedQkv" | "ungrouped">;

/** The options that make a model's graph of a kind. What was asked for stays; it may contradict, which what reads the circuit says then. */
export function kindOptions(kind: GraphKind | undefined, asked: KindOptions): KindOptions {
  if (kind === undefined) return {};
  const { factorized, separateQkv, ungrouped } = kind;
  const contradicts = factorized ? asked.nodeEdges : asked.sharedQkv || asked.ungrouped;
  if (contradicts) return {};
  return {
    nodeEdges: !factorized,
    sharedQkv: asked.sharedQkv ?? (factorized && !separateQkv),
    ungrouped: asked.ungrouped ?? ungrouped,
  };
}
