import { AutocircuitError } from "@autocircuit/base";
import type { Graph } from "@autocircuit/core";

/** The model a published circuit belongs to, as far as its graph shows it. */
export interface PublishedModel {
  /** For messages. */
  readonly name: string;
  readonly layers: number;
  readonly heads: number;
  readonly attnOnly: boolean;
  readonly parallel: boolean;
}

/** GPT-2 small. */
export const GPT2_SMALL: PublishedModel = {
  name: "GPT-2 small",
  layers: 12,
  heads: 12,
  attnOnly: false,
  parallel: false,
};

/** TransformerLens's attn-only-4l, trained on web text and code. */
export const ATTN_ONLY_4L: PublishedModel = {
  name: "attn-only-4l",
  layers: 4,
  heads: 8,
  attnOnly: true,
  parallel: false,
};

/** Pythia-2.8B, deduplicated or not. */
export const PYTHIA_2_8B: PublishedModel = {
  name: "Pythia-2.8B",
  layers: 32,
  heads: 32,
  attnOnly: false,
  parallel: true,
};

/** Pythia-70M, deduplicated or not. */
export const PYTHIA_70M: PublishedModel = {
  name: "Pythia-70M",
  layers: 6,
  heads: 8,
  attnOnly: false,
  parallel: true,
};

/** Which graphs of the model a circuit is defined on: any, or factorised ones with separate or shared inputs of a head. */
export type PublishedGraph = "any" | "separate Q, K, V" | "shared Q, K, V";

/** Whether a graph has the blocks and heads of a circuit's model. Models of the same shape cannot be told apart by their graphs. */
export function hasShapeOf(model: PublishedModel, graph: Graph): boolean {
  const { layers, heads, kvHeads, attnOnly, parallel } = graph.config;
  return (
    layers === model.layers &&
    heads === model.heads &&
    kvHeads === heads &&
    attnOnly === model.attnOnly &&
    parallel === model.parallel
  );
}

/**
 * Checks that a graph is one the circuit is defined on. Models of the same shape cannot be told apart by their graphs.
 *
 * @throws AutocircuitError `shape`, saying what differs
 */
export function requireModel(circuit: string, model: PublishedModel, kind: PublishedGraph, graph: Graph): void {
  if (!hasShapeOf(model, graph)) {
    throw new AutocircuitError(
      "shape",
      `${circuit}: this circuit belongs to ${model.name} (${describe(model)}). The graph given is of a model with ` +
        `${describe(graph.config)}. Use the circuit's own model, or one of its shape.`,
    );
  }
  if (kind === "any") return;
  const found = !graph.factorized ? "unfactorised" : graph.separateQkv ? "separate Q, K, V" : "shared Q, K, V";
  if (found === kind) return;
  throw new AutocircuitError(
    "shape",
    `${circuit}: this circuit is defined on the factorised graph with ${kind} inputs of a head, the graph given is ${graph.factorized ? "one with " : ""}${found}. ` +
      `${adviceFor(kind, graph)}.`,
  );
}

/** How the graph becomes one of the kind. */
function adviceFor(kind: PublishedGraph, { factorized }: Graph): string {
  const shared = kind === "shared Q, K, V";
  if (factorized) return shared ? "Make it with `separateQkv: false`" : "Leave `separateQkv: false` out";
  return `Leave \`factorized: false\` out${shared ? ", and make it with `separateQkv: false`" : ""}`;
}

function describe({ layers, heads, attnOnly, parallel }: Omit<PublishedModel, "name">): string {
  const block = attnOnly ? "without MLPs" : parallel ? "attention and MLP in parallel" : "attention, then MLP";
  return `${layers} blocks of ${heads} heads, ${block}`;
}
