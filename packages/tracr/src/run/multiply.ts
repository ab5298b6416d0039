/** `x @ matrix`: rows of length `inner` times a row-major `[inner, n]` matrix. Skips zeros: compiled activations are mostly zero. */
export function multiply(x: Float64Array, matrix: Float64Array, inner: number): Float64Array {
  const rows = x.length / inner;
  const cols = matrix.length / inner;
  const out = new Float64Array(rows * cols);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < inner; i++) {
      const factor = x[r * inner + i]!;
      if (factor === 0) continue;
      for (let c = 0; c < cols; c++) out[r * cols + c]! += factor * matrix[i * cols + c]!;
    }
  }
  return out;
}
