import type { Mlp } from "./block.ts";
import { Matrix } from "./matrix.ts";
import { Space } from "./space.ts";

/**
 * Several MLPs side by side as one. Hidden directions of the same name become one unit with summed weights, as in tracr; the
 * blocks name their units by label to stay apart.
 */
export function parallelMlps(mlps: readonly Mlp[]): Mlp {
  const input = Space.join(...mlps.map((mlp) => mlp.input));
  const hidden = Space.join(...mlps.map((mlp) => mlp.hidden));
  const output = Space.join(...mlps.map((mlp) => mlp.output));
  const first = new Matrix(input.size, hidden.size);
  const second = new Matrix(hidden.size, output.size);
  for (const mlp of mlps) {
    first.addAt(mlp.first, input.indicesOf(mlp.input), hidden.indicesOf(mlp.hidden));
    second.addAt(mlp.second, hidden.indicesOf(mlp.hidden), output.indicesOf(mlp.output));
  }
  return { input, hidden, output, first, second };
}
