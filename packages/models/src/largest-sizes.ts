/** How families call the number of blocks; of a GGUF file's keys, behind the architecture's name. */
const BLOCKS = new Set(["n_layer", "n_layers", "num_layers", "num_hidden_layers", "block_count"]);

/** How they call a head's width and what is rotated of it, for which tables are made before any weight is seen. */
const HEAD_WIDTHS = new Set(["head_dim", "d_head", "rotary_dim", "key_length"]);

/** No head is wider: the widest in use have 512 numbers. */
export const WIDEST_HEAD = 2 ** 16;
/** No model has more blocks: the deepest have a few hundred. */
export const MOST_BLOCKS = 2 ** 16;

/**
 * The largest number that an entry of a configuration may be. A file of a few bytes names numbers for which lists are made; those that no weights
 * could fill are refused before, however large a graph may be: its limit can be raised.
 */
export function largestSize(key: string): number {
  const name = key.slice(key.lastIndexOf(".") + 1);
  if (BLOCKS.has(name)) return MOST_BLOCKS;
  return HEAD_WIDTHS.has(name) ? WIDEST_HEAD : 2 ** 31 - 1;
}
