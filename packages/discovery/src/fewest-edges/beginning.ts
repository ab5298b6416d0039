/**
 * The first edges of a ranking as a mask: 0 in the circuit, 1 outside.
 *
 * @param edgeCount of the graph. Default: as many as are ranked
 */
export function beginning(ranking: Uint32Array, length: number, edgeCount = ranking.length): Float32Array {
  const mask = new Float32Array(edgeCount).fill(1);
  for (const edge of ranking.subarray(0, length)) mask[edge] = 0;
  return mask;
}
