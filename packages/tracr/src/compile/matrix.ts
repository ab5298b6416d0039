import { RaspError } from "../rasp-error.ts";

/** Most numbers in one matrix: half a GiB. */
const LARGEST = 2 ** 26;

/** @throws RaspError for an array that would take more than half a GiB; before it is made */
export function requireRoom(size: number, shape: string): void {
  if (size <= LARGEST) return;
  throw new RaspError(
    "unsupported",
    `the model would have a matrix of ${shape} numbers, at most ${LARGEST} are allowed: take a smaller vocabulary, a shorter maxSeqLen, ` +
      "or fewer values in between",
  );
}

/** A dense float64 matrix, row-major; as a linear map it takes row vectors: `output = x @ M`. */
export class Matrix {
  readonly data: Float64Array;

  constructor(
    readonly rows: number,
    readonly cols: number,
  ) {
    requireRoom(rows * cols, `${rows} x ${cols}`);
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
