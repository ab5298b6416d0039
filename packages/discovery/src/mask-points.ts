import { AutocircuitError, type DType } from "@autocircuit/base";
import type { Graph } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";

/** Masks at which a gradient is taken. */
export interface MaskPoint {
  readonly value: number;
  /** 1 for the edges that have this value and get the gradient, `[E]`; the others have 0. Absent where all have it. */
  readonly edges?: Tensor;
}

/** Which masks gradients are summed over; see `MaskGradientOptions`. */
export interface MaskPath {
  readonly maskValue?: number | undefined;
  readonly steps?: number | undefined;
  readonly byLayer?: boolean | undefined;
}

/** @throws AutocircuitError `bad-input` for choices that exclude each other */
export function maskPoints(graph: Graph, path: MaskPath, dtype: DType): MaskPoint[] {
  const values = maskValues(path);
  if (!path.byLayer) return values.map((value) => ({ value }));
  return edgesByLayer(graph).flatMap((indicator) => {
    const edges = Tensor.from(indicator, { dtype });
    return values.map((value) => ({ value, edges }));
  });
}

function maskValues({ maskValue, steps, byLayer }: MaskPath): number[] {
  if (steps === undefined) {
    if (byLayer) {
      throw new AutocircuitError("bad-input", "`byLayer` is a way to integrate: give `steps`, the number of steps.");
    }
    return [maskValue ?? 0];
  }
  if (maskValue !== undefined) {
    throw new AutocircuitError(
      "bad-input",
      "Give either `maskValue` or `steps`: steps chooses the mask values itself.",
    );
  }
  return Array.from({ length: steps + 1 }, (_, step) => step / steps);
}

/** For every layer of sources, in their order, a vector with 1 for the edges that leave it. Such sources do not depend on each other. */
function edgesByLayer({ sources, groups, edgeCount }: Graph): Float32Array[] {
  const layers = new Map(sources.map(({ layer }) => [layer, new Float32Array(edgeCount)]));
  for (const { offset, size, firstSource, sourceCount } of groups) {
    for (let cell = 0; cell < size; cell++) {
      const { layer } = sources[firstSource + (cell % sourceCount)]!;
      layers.get(layer)![offset + cell] = 1;
    }
  }
  return [...layers.values()];
}
