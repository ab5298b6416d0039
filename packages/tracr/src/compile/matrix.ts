/** A dense float64 matrix, row-major; as a linear map it takes row vectors: `output = x @ M`. */
export class Matrix {
  readonly data: Float64Array;

  constructor(
    readonly rows: number,
    readonly cols: number,
  ) {
    this.data = new Float64Array(rows * cols);
  }

  get(row: number, col: number): number {
    return this.data[row * this.cols + col]!;
  }

  set(row: number, col: number, value: number): void {
    this.data[row * this.cols + col] = value;
  }

  add(row: number, col: number, value: number): void {
    this.data[row * this.cols + col]! += value;
  }

  /** Adds `other` at the given rows and columns of this matrix. */
  addAt(other: Matrix, rows: readonly number[], cols: readonly number[]): void {
    for (let r = 0; r < other.rows; r++) {
      for (let c = 0; c < other.cols; c++) {
        const value = other.get(r, c);
        if (value !== 0) this.add(rows[r]!, cols[c]!, value);
      }
    }
  }
}
