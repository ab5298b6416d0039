import { graphLimits } from "@autocircuit/core";

/** How families call the number of blocks. */
const LAYERS = new Set(["n_layer", "n_layers", "num_layers", "num_hidden_layers"]);

/** How they call a head's width and what is rotated of it, for which tables are made before any weight is seen. */
const HEAD_WIDTHS = new Set(["head_dim", "d_head", "rotary_dim"]);

/** No head is wider: the widest in use have 512 numbers. */
export const WIDEST_HEAD = 2 ** 16;

/**
 * The largest number that an entry of a configuration may be, and how to raise it, for messages. A file of a few bytes names numbers for
 * which lists are made; those that no weights could fill are refused before.
 */
export function largestSize(key: string): { most: number; raise: string } {
  if (LAYERS.has(key)) return { most: graphLimits().nodeCount, raise: " (`setMaxEdges` raises it)" };
  return { most: HEAD_WIDTHS.has(key) ? WIDEST_HEAD : 2 ** 31 - 1, raise: "" };
}
