import { pixels } from "../text-width.ts";
import type { CircuitReport } from "../types.ts";
import { tokenName } from "../verdict.ts";
import { isBar } from "./boxes.ts";
import type { Contents, Lane } from "./lanes.ts";
import { labelSize, type Metrics, metricsOf } from "./metrics.ts";
import { type PlacedLane, placeLane } from "./place-lane.ts";

/** Lanes side by side, with the stripes of the transformer blocks behind them. */
export interface Placed {
  readonly lanes: readonly (PlacedLane & { readonly x: number; readonly label: string })[];
  readonly stripes: readonly { readonly block: number; readonly top: number; readonly bottom: number }[];
  readonly metrics: Metrics;
  readonly width: number;
  readonly height: number;
}

/** Size of the labels of the lanes. */
export const laneLabelSize = 12;
const laneGap = 14;
const narrowest = 34;
const widestLabel = 140;

/** Gives everything in the diagram its place. */
export function place(report: CircuitReport, contents: Contents): Placed {
  const metrics = metricsOf(contents.lanes, contents.rows.length);
  const lanes: (PlacedLane & { x: number; label: string })[] = [];
  let x = 0;
  for (const lane of contents.lanes) {
    const label = laneLabel(report, lane);
    const labelWidth = Math.min(widestLabel, pixels(label, laneLabelSize) + 8);
    const placed = placeLane(lane, metrics, Math.max(labelWidth, narrowest, widestBar(lane)));
    lanes.push({ ...placed, x, label });
    x += placed.width + laneGap;
  }
  return { lanes, stripes: stripesOf(contents, metrics), metrics, width: x - laneGap, height: metrics.height };
}

/** Bars have no width of their own: the lane must be wide enough for their names. */
function widestBar(lane: Lane): number {
  const bars = lane.rows.flat().filter(({ box }) => isBar(box));
  return Math.max(0, ...bars.map(({ box }) => Math.min(widestLabel, pixels(box.name, labelSize) + 12)));
}

function laneLabel(report: CircuitReport, lane: Lane): string {
  if (lane.tokens === null) return "";
  const [first, last] = lane.tokens;
  if (first !== last) return `${first}–${last}`;
  return `${tokenName(report, first)}${isVarying(report, lane.tokens) ? "*" : ""}`;
}

/** Whether a column is named by the first prompt's token, and other prompts have others there. */
export function isVarying({ varyingTokens }: CircuitReport, tokens: Lane["tokens"]): boolean {
  return tokens !== null && tokens[0] === tokens[1] && (varyingTokens?.includes(tokens[0]) ?? false);
}

/** A stripe spans the rows of its block and half of the space around them. */
function stripesOf(contents: Contents, metrics: Metrics): { block: number; top: number; bottom: number }[] {
  const blocks = contents.rows.map((row) => row[0]!.block);
  const border = (row: number) => (metrics.rows[row]!.bottom + (metrics.rows[row - 1]?.top ?? 0)) / 2;
  return [...new Set(blocks)].flatMap((block) => {
    if (block === null) return [];
    const first = blocks.indexOf(block);
    const last = blocks.lastIndexOf(block);
    const bottom = first === 0 ? metrics.rows[0]!.bottom : border(first);
    const top = last + 1 === blocks.length ? metrics.rows[last]!.top : border(last + 1);
    return [{ block, top, bottom }];
  });
}
