import type { Graph } from "@autocircuit/core";
import type { Noise } from "@autocircuit/discovery";

/** Where the numbers of dropout and of the regulariser begin among those of a step; those of a second pass come after the first's. */
const [DROPOUT, REGULARISER, PASS, STEP] = [500, 999, 100, 1000];

/** The number that the cases have in the place of draw `k`, element `i` (row-major), as float32. */
export function referenceUniform(k: number, i: number): number {
  const value = 0.6180339887498949 * (i + 1) + 0.7548776662466927 * (k + 1);
  return Math.fround(value - Math.floor(value));
}

/** The number of every edge, drawn module by module with the module's index as draw. */
export function uniformByModule(graph: Graph): Float32Array {
  const values = new Float32Array(graph.edgeCount);
  graph.groups.forEach(({ offset, size }, module) => {
    for (let cell = 0; cell < size; cell++) values[offset + cell] = referenceUniform(module, cell);
  });
  return values;
}

/** The cases' noise: every module a draw of its own `[prompts, cells]`, the regulariser's sample one draw over all modules. */
export function referenceNoise(graph: Graph): Noise {
  return ({ use, step, pass, rows, edgeCount }) => {
    const values = new Float32Array(rows * edgeCount);
    if (use === "size") return values.map((_, i) => referenceUniform(STEP * step + REGULARISER, i));
    graph.groups.forEach(({ offset, size }, module) => {
      const k = STEP * step + (use === "dropout" ? DROPOUT + module : PASS * pass + module);
      for (let row = 0; row < rows; row++)
        for (let cell = 0; cell < size; cell++)
          values[row * edgeCount + offset + cell] = referenceUniform(k, row * size + cell);
    });
    return values;
  };
}
