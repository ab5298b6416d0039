import type { AlgorithmName } from "../algorithms.ts";

/** Up to this many edges ACDC, which looks at every single one, is used where no algorithm is named. */
export const ACDC_UP_TO = 2000;
/** What is used on larger graphs: one forward and one backward pass a batch, whatever the number of edges. */
export const FOR_LARGE_GRAPHS = "edge-attribution";

/** An algorithm and its options. */
export type AlgorithmRun = readonly [AlgorithmName, Readonly<Record<string, unknown>>];

/** Points at which the mask's gradient is taken, to start from. */
const STEPS = 10;
/** Share of the time that integrating the gradients may take. */
const SHARE = 0.25;

/** The algorithms to start from where none was named: cheap ones, and ACDC where it is not too slow. */
export function startingAlgorithms(edgeCount: number): AlgorithmRun[] {
  return [
    ["edge-attribution", {}],
    ["mask-gradient", { steps: STEPS }],
    ["activation-magnitude", {}],
    ...(edgeCount <= ACDC_UP_TO ? [["acdc", { taus: [1e-2] }] satisfies AlgorithmRun] : []),
  ];
}

/**
 * Why a starting algorithm is left out, where the time is limited; undefined where it is not.
 *
 * @param attribution seconds that edge attribution took, one gradient
 * @param seconds for the whole search
 */
export function tooLong([name]: AlgorithmRun, attribution: number | undefined, seconds: number): string | undefined {
  if (name !== "mask-gradient" || attribution === undefined) return undefined;
  const takes = (STEPS + 1) * attribution;
  if (takes <= SHARE * seconds) return undefined;
  return `mask-gradient was left out: its ${STEPS + 1} gradients would take about ${Math.round(takes)} of the ${Math.round(seconds)} s.`;
}
