import type { CompiledModel } from "../compile/compile.ts";
import { getAt, type WeightArray } from "../compile/weights.ts";
import { destinationNodes, edgeName, sourceNodes } from "./model-graph.ts";

/** An edge that the compiled program uses. */
export interface GroundTruthEdge {
  /** `Resid Start->A0.0.V` */
  readonly edge: string;
  readonly source: string;
  readonly destination: string;
  /** Labels of the residual dimensions that it carries from the source to the destination. */
  readonly carries: readonly string[];
}

/** Residual dimensions. */
type Dims = ReadonlySet<number>;

/**
 * The circuit of a compiled program, known from its weights: an edge is in it when the source writes a residual dimension that the
 * destination reads with a non-zero weight, on a path that ends in the program's output. Ablating all other edges, by zero or by
 * another input's values, leaves the output as it is.
 *
 * The converse is weaker: an edge can carry something the output happens not to depend on (docs/rasp.md says where).
 */
export function groundTruthEdges(compiled: CompiledModel): GroundTruthEdge[] {
  const writes = writtenDims(compiled);
  const reads = readDims(compiled, writes);
  const sources = sourceNodes(compiled.config);
  return destinationNodes(compiled.config).flatMap((destination) =>
    sources
      .filter((source) => source.depth < destination.depth)
      .map((source) => ({
        edge: edgeName(source.name, destination.name),
        source: source.name,
        destination: destination.name,
        carries: shared(writes.get(source.name)!, reads.get(destination.name)!).map((d) => compiled.residualLabels[d]!),
      }))
      .filter(({ carries }) => carries.length > 0),
  );
}

/** What every source writes. */
function writtenDims({ config, weights }: CompiledModel): Map<string, Dims> {
  const dims = new Map<string, Dims>();
  dims.set("Resid Start", new Set([...columns(weights["embed.W_E"]!), ...columns(weights["pos_embed.W_pos"]!)]));
  for (let l = 0; l < config.layers; l++) {
    for (let h = 0; h < config.heads; h++) dims.set(`A${l}.${h}`, columns(weights[`blocks.${l}.attn.W_O`]!, h));
    dims.set(`MLP ${l}`, columns(weights[`blocks.${l}.mlp.W_out`]!));
  }
  return dims;
}

/** What every destination reads for the sake of the output: backwards from the output, which dimensions are still needed. */
function readDims(compiled: CompiledModel, writes: ReadonlyMap<string, Dims>): Map<string, Dims> {
  const { config, weights, outputDims } = compiled;
  const needed = new Set(outputDims);
  const reads = new Map<string, Dims>([["Resid End", new Set(outputDims)]]);
  const record = (destination: string, dims: Dims): void => {
    reads.set(destination, dims);
  };
  for (let l = config.layers - 1; l >= 0; l--) {
    const input = weights[`blocks.${l}.mlp.W_in`]!;
    const output = weights[`blocks.${l}.mlp.W_out`]!;
    record(`MLP ${l}`, through(input, output, needed));
    for (const d of reads.get(`MLP ${l}`)!) needed.add(d);
    const beforeHeads = new Set(needed);
    for (let h = 0; h < config.heads; h++) {
      const name = `A${l}.${h}`;
      const live = shared(writes.get(name)!, beforeHeads).length > 0;
      const attn = (matrix: string): WeightArray => weights[`blocks.${l}.attn.${matrix}`]!;
      const none: Dims = new Set();
      record(`${name}.Q`, live ? through(attn("W_Q"), transposed(attn("W_K"), h), null, h) : none);
      record(`${name}.K`, live ? through(attn("W_K"), transposed(attn("W_Q"), h), null, h) : none);
      record(`${name}.V`, live ? through(attn("W_V"), head(attn("W_O"), h), beforeHeads, h) : none);
      for (const input of ["Q", "K", "V"]) for (const d of reads.get(`${name}.${input}`)!) needed.add(d);
    }
  }
  return reads;
}

/** Rows d of `first` (of one head, if given) with some unit j such that `first[d, j]` and some wanted `second[j, e]` are non-zero. */
function through(first: WeightArray, second: WeightArray, wanted: Dims | null, h?: number): Dims {
  const matrix = h === undefined ? first : head(first, h);
  const [rows, units] = matrix.shape as [number, number];
  const width = second.shape[1]!;
  const useful = new Set<number>();
  for (let j = 0; j < units; j++) {
    for (let e = 0; e < width; e++)
      if ((wanted === null || wanted.has(e)) && getAt(second, [j, e]) !== 0) useful.add(j);
  }
  const dims = new Set<number>();
  for (let d = 0; d < rows; d++) for (const j of useful) if (getAt(matrix, [d, j]) !== 0) dims.add(d);
  return dims;
}

/** One head's matrix out of `[head, rows, columns]`. */
function head({ shape, data }: WeightArray, h: number): WeightArray {
  const [, rows, cols] = shape as [number, number, number];
  return { shape: [rows, cols], data: data.subarray(h * rows * cols, (h + 1) * rows * cols) };
}

function transposed(array: WeightArray, h: number): WeightArray {
  const { shape, data } = head(array, h);
  const [rows, cols] = shape as [number, number];
  return {
    shape: [cols, rows],
    data: Float64Array.from(data, (_, i) => data[(i % rows) * cols + Math.floor(i / rows)]!),
  };
}

/** Columns with a non-zero entry. */
function columns(array: WeightArray, h?: number): Dims {
  const { shape, data } = h === undefined ? array : head(array, h);
  const cols = shape[1]!;
  const dims = new Set<number>();
  data.forEach((x, i) => {
    if (x !== 0) dims.add(i % cols);
  });
  return dims;
}

function shared(a: Dims, b: Dims): number[] {
  return [...a].filter((d) => b.has(d)).sort((x, y) => x - y);
}
