/** Number of edges in the circuit of a mask. */
export function keptEdges(mask: Float32Array): number {
  return mask.reduce((edges, value) => edges + (value === 0 ? 1 : 0), 0);
}
