import { FULL, type ModelSpec, QUICK } from "../engine/specs.ts";

/** What is timed at a point. */
export type GrowthMeasure = "plain" | "patched" | "edge-attribution";

/** A shape on the way, and what is patched there. */
export interface GrowthPoint {
  /** What grows, here. */
  x: number;
  spec: ModelSpec;
  /** Edges patched by `patched`. */
  patched: number;
  measures: readonly GrowthMeasure[];
}

/** One thing that grows while the rest stays. */
export interface GrowthAxis {
  name: "prompts" | "length" | "blocks" | "heads" | "edges";
  /** In words, for pictures: `prompts of 15 tokens`. */
  title: string;
  points: readonly GrowthPoint[];
  /** Seconds all of it takes on two cores of 2021 (AMD Zen 3), for what is said at the start. */
  expected: number;
}

/** Prompts that are as long as 4 of 512 tokens are 8 times those of `bench engine`. */
const FEW_PROMPTS = 4;
const PATCHED = 100;

/** From one prompt to many, short to long, shallow to deep, with few heads and many, around the shape of GPT-2 small. */
export function fullAxes(): GrowthAxis[] {
  const base = FULL.forward;
  return [
    axis(
      "prompts",
      "prompts of 15 tokens",
      [1, 2, 4, 8, 16, 32, 64, 128, 256],
      (promptCount) => ({ ...base, promptCount }),
      500,
    ),
    axis(
      "length",
      `tokens in each of ${FEW_PROMPTS} prompts`,
      [8, 16, 32, 64, 128, 256, 512],
      (seqLen) => ({ ...base, promptCount: FEW_PROMPTS, seqLen }),
      400,
    ),
    axis("blocks", "blocks of GPT-2 small's shape", [2, 4, 8, 12, 24, 48], (layers) => ({ ...base, layers }), 300),
    axis(
      "heads",
      "heads that share a width of 768",
      [4, 8, 12, 16, 24, 32, 48, 64],
      (heads) => ({ ...base, heads }),
      400,
    ),
    edgesAxis(base, [1, 10, 100, 1000, 3000, 10000, 32491], 100),
  ];
}

/** The same in seconds: shows that everything runs. */
export function quickAxes(): GrowthAxis[] {
  const base = QUICK.forward;
  const axes = [
    axis("prompts", "prompts of 8 tokens", [1, 4], (promptCount) => ({ ...base, promptCount }), 10),
    axis("length", "tokens in each of 4 prompts", [8, 16], (seqLen) => ({ ...base, seqLen }), 10),
    axis("blocks", "blocks of width 64", [2, 4], (layers) => ({ ...base, layers }), 10),
    axis("heads", "heads that share a width of 64", [4, 8], (heads) => ({ ...base, heads }), 10),
    edgesAxis(base, [1, 100], 10),
  ];
  return axes;
}

function axis(
  name: GrowthAxis["name"],
  title: string,
  values: readonly number[],
  spec: (x: number) => ModelSpec,
  expected: number,
): GrowthAxis {
  const measures = ["plain", "patched", "edge-attribution"] as const;
  return { name, title, expected, points: values.map((x) => ({ x, spec: spec(x), patched: PATCHED, measures })) };
}

function edgesAxis(spec: ModelSpec, counts: readonly number[], expected: number): GrowthAxis {
  const points = counts.map((x) => ({ x, spec, patched: x, measures: ["patched"] as const }));
  return { name: "edges", title: "patched edges", expected, points };
}
