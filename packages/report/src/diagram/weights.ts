import { type ComparedEdge, importance } from "../compare.ts";

/** How strongly an edge is drawn. */
export interface Weight {
  readonly width: number;
  readonly opacity: number;
}

/** Line widths by score, and the range they show. */
export interface Weights {
  of(edge: ComparedEdge): Weight;
  /** Smallest and largest absolute score; null where no edge has one, or all have the same. */
  readonly range: readonly [number, number] | null;
}

/**
 * The square root of the score, between the smallest and the largest finite one, sets width and opacity: scores spread
 * over orders of magnitude, and a linear width would leave most edges invisible. Infinite scores (ACDC: never removed) are widest.
 */
export function weightsOf(edges: readonly ComparedEdge[]): Weights {
  const sizes = edges.filter((edge) => edge.score !== null).map((edge) => Math.max(0, importance(edge.score)));
  const finite = sizes.filter(Number.isFinite);
  const least = Math.sqrt(Math.min(...finite));
  const most = Math.sqrt(Math.max(...finite));
  const ceiling = finite.length < sizes.length ? 0.8 : 1;
  const many = edges.length > 150;
  const [thin, thick] = many ? [0.9, 3] : [1.7, 4];
  const low = Math.min(...sizes);
  const high = Math.max(...sizes);
  const range = sizes.length > 0 && low < high ? ([low, high] as const) : null;
  const share = (score: number | null) => {
    const size = importance(score);
    if (range === null || score === null) return 0.45;
    if (size === Number.POSITIVE_INFINITY) return 1;
    return size > 0 && most > least ? ((Math.sqrt(size) - least) / (most - least)) * ceiling : 0;
  };
  return {
    range,
    of(edge) {
      const s = share(edge.score);
      const base = many ? 0.42 : 0.75;
      return { width: thin + (thick - thin) * s, opacity: edge.score === null ? 1 : base + (1 - base) * s };
    },
  };
}
