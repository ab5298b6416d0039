import type { Edge } from "@autocircuit/core";
import { type Connection, connectedEdges, edgesOfHeads } from "../../edges/connections.ts";
import { graphOf, type HasGraph, type KnownEdgesOptions, positionsByToken } from "../../edges/known-edges.ts";
import { ATTN_ONLY_4L, requireModel } from "../../edges/published-model.ts";
import { positionsOfWords } from "../../edges/word-positions.ts";

/** Words of a docstring prompt whose positions the circuits name: the parameters in the definition and in the docstring. */
export const DOCSTRING_WORDS = ["A_def", "B_def", ",_B", "C_def", "A_doc", "B_doc", "param_3"] as const;

type Word = (typeof DOCSTRING_WORDS)[number];

/** The edge whose position the published code leaves open. */
const LEFT_OPEN = "Resid Start->A2.0.K";

const EDGES: Readonly<Record<string, readonly Word[]>> = {
  "Resid Start->A0.5.V": ["B_def", "C_def", "B_doc"],
  "Resid Start->A1.4.V": ["B_def", "B_doc"],
  "A0.5->A1.4.V": ["B_def", "B_doc"],
  "Resid Start->A1.2.Q": ["A_doc", "B_doc"],
  "A0.5->A1.2.Q": ["B_doc"],
  "Resid Start->A1.2.K": ["A_def", "B_def", "A_doc", "B_doc"],
  "A0.5->A1.2.K": ["B_def", "B_doc"],
  "Resid Start->A2.0.Q": ["C_def"],
  "A0.5->A2.0.Q": ["C_def"],
  [LEFT_OPEN]: [",_B"],
  "A0.5->A2.0.K": ["B_def"],
  "A1.4->A2.0.V": [",_B"],
  ...outputHead("A3.0"),
  ...outputHead("A3.6"),
};

/** Heads that act, and where; "all" stands for the whole stretch of parameters. */
const HEADS: Readonly<Record<string, readonly Word[] | "all">> = {
  "A0.2": ["B_doc"],
  "A0.4": ["param_3"],
  "A0.5": ["B_def", "C_def", "B_doc"],
  "A1.2": ["A_doc", "B_doc"],
  "A1.4": [",_B"],
  "A2.0": ["C_def"],
  "A3.0": ["param_3"],
  "A3.6": ["param_3"],
  // The post adds these three because the result is better with them, and does not say where they act.
  "A0.1": "all",
  "A1.0": "all",
  "A2.3": "all",
};

/**
 * The docstring circuit of TransformerLens's attn-only-4l, edge by edge: after two `:param` lines it names the third parameter.
 *
 * Source: Heimersheim and Janiak 2023, "A circuit for Python docstrings in a 4-layer attention-only transformer" (Alignment Forum),
 * part "The docstring circuit"; edges as in Conmy et al. 2023 (ACDC, appendix on docstring), positions as in AutoCircuit.
 *
 * What `corrected` changes, by token: `Resid Start->A2.0.K` is taken at the comma after B. The published code leaves its positions
 * empty, so that the edge is in the circuit but not in the circuit by token.
 *
 * @param options.wordPositions positions of A_def, B_def, `,_B`, C_def, A_doc, B_doc and param_3; needed by token
 * @throws AutocircuitError `shape` unless the graph is that model's, factorised, with separate Q, K, V; `bad-input` for word positions
 *   that are missing or outside
 */
export function docstringEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  const circuit = "docstringEdges";
  const graph = graphOf(target);
  requireModel(circuit, ATTN_ONLY_4L, "separate Q, K, V", graph);
  const at = positionsOfWords(circuit, DOCSTRING_WORDS, positionsByToken(circuit, graph, options), options);
  const connections = Object.entries(EDGES).map(([name, words]): Connection => {
    const open = name === LEFT_OPEN && !options.corrected;
    return [name, open ? [] : words.map((word) => at[word])];
  });
  return connectedEdges(graph, connections, options.seqStart);
}

/**
 * The docstring circuit by heads: every edge whose source is not a head, and the edges of the circuit's heads, by token at the positions
 * where each acts. This is how the post measures its circuit.
 *
 * Source: Heimersheim and Janiak 2023 (as {@link docstringEdges}), part "Putting it all together"; positions as in AutoCircuit. Any
 * graph of the model will do.
 *
 * What `corrected` changes, by token: heads whose position the post does not give act everywhere from A_def to param_3, as described.
 * The published code starts at the first of the other words, which leaves out A_def and the comma after it.
 *
 * @param options.wordPositions positions of the same words; needed by token
 * @throws AutocircuitError `shape` for another model's graph; `bad-input` for word positions that are missing or outside
 */
export function docstringNodeBasedEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  const circuit = "docstringNodeBasedEdges";
  const graph = graphOf(target);
  requireModel(circuit, ATTN_ONLY_4L, "any", graph);
  const at = positionsOfWords(circuit, DOCSTRING_WORDS, positionsByToken(circuit, graph, options), options);
  const ends = DOCSTRING_WORDS.filter((word) => options.corrected || word !== "A_def").map((word) => at[word]);
  const first = Math.min(...ends);
  const stretch = Array.from({ length: Math.max(...ends) - first + 1 }, (_, i) => first + i);
  const kept = Object.entries(HEADS).map(
    ([head, words]) => [head, words === "all" ? stretch : words.map((word) => at[word])] as const,
  );
  return edgesOfHeads(graph, new Map(kept), options.seqStart);
}

function outputHead(head: string): Record<string, readonly Word[]> {
  return {
    [`A1.4->${head}.Q`]: ["param_3"],
    [`A1.2->${head}.K`]: ["A_doc", "B_doc"],
    [`A2.0->${head}.K`]: ["C_def"],
    [`Resid Start->${head}.V`]: ["C_def"],
    [`A0.5->${head}.V`]: ["C_def"],
    [`${head}->Resid End`]: ["param_3"],
  };
}
