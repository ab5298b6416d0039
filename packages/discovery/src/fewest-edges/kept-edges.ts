/** Number of edges in the circuit of a mask. */
export function keptEdges(mask: Float32Array): number {
  return mask.reduce((size, value) => size + (value === 0 ? 1 : 0), 0);
}
