import { escapeXml } from "../escape.ts";
import { fit, pixels } from "../text-width.ts";
import type { CircuitReport } from "../types.ts";
import { tokenName } from "../verdict.ts";
import { drawBox } from "./draw-box.ts";
import { drawClosed } from "./draw-closed.ts";
import { drawEdge } from "./draw-edge.ts";
import type { Frame } from "./frames.ts";
import { coordinate as c } from "./line-path.ts";
import { laneLabelSize, type Placed } from "./place.ts";
import type { Weights } from "./weights.ts";

/** Space for the names of the positions, below and above the lanes. */
export const laneLabelHeight = 26;
const blockLabelGap = 10;

/** Stripes of the blocks behind everything, named at the left. */
export function drawStripes(placed: Placed): string {
  return placed.stripes
    .map(({ block, top, bottom }, i) => {
      const middle = (top + bottom) / 2 + 3.5;
      const band =
        i % 2 === 0
          ? `<rect class="stripe" x="-6" y="${c(top)}" width="${c(placed.width + 12)}" height="${c(bottom - top)}"/>`
          : "";
      return `${band}<text class="block-label" data-block="${block}" x="${-blockLabelGap}" y="${c(middle)}">block ${block}</text>`;
    })
    .join("");
}

/** Lanes: their edges, the boxes over them, and the position's name at both ends. */
export function drawLanes(report: CircuitReport, placed: Placed, weights: Weights): string {
  return placed.lanes
    .map(({ lane, x, width, label, boxes, lines, frames }) => {
      const { closed } = lane;
      const token = lane.tokens && lane.tokens[0] === lane.tokens[1] ? tokenName(report, lane.tokens[0]) : null;
      const data = lane.tokens === null ? "" : ` data-tokens="${[...new Set(lane.tokens)].join("-")}"`;
      const inside = [
        frames.map(drawFrame).join(""),
        lines.map((line) => drawEdge(line, weights, placed.metrics.tip, token)).join("\n"),
        boxes.map((box) => drawBox(box, token)).join("\n"),
      ];
      if (lane.tokens !== null && closed.length > 0) {
        const first = Math.min(...closed.map((edge) => edge.token!));
        const name = laneTitle(lane.tokens, label);
        inside.push(drawClosed({ name, edgeCount: closed.length, first }, width, placed.height));
      } else if (boxes.length === 0) {
        inside.push(`<path class="rest" d="M${c(width / 2)} 0V${c(placed.height)}"/>`);
      }
      if (lane.tokens !== null) {
        const short = escapeXml(fit(label, Math.max(width, 30), (text) => pixels(text, laneLabelSize)));
        const title = `<title>${escapeXml(laneTitle(lane.tokens, label) + (lines.length + closed.length > 0 ? "" : ": no edge of the circuit"))}</title>`;
        for (const y of [placed.height + 18, -10]) {
          inside.push(`<text class="lane-label" x="${c(width / 2)}" y="${c(y)}">${title}${short}</text>`);
        }
      }
      return `<g class="lane"${data} transform="translate(${c(x)} 0)">\n${inside.join("\n")}\n</g>`;
    })
    .join("\n");
}

/** The ground on which an autoencoder's latents stand. */
function drawFrame({ x, y, width, height }: Frame): string {
  return `<rect class="frame" x="${c(x)}" y="${c(y)}" width="${c(width)}" height="${c(height)}" rx="6"/>`;
}

function laneTitle(tokens: readonly [number, number], label: string): string {
  return tokens[0] === tokens[1] ? `position ${label}` : `positions ${label}`;
}

/**
 * Dotted links between a head at one position and the same head at the next: attention is where information changes
 * position, which no edge shows. Only in rows with one box a lane; elsewhere the links would cross names.
 */
export function drawCarries(placed: Placed): string {
  const parts: string[] = [];
  const heads = placed.lanes.flatMap(({ boxes }) => boxes.filter(({ box, used }) => used && box.kind === "head"));
  for (const row of new Set(heads.map(({ box }) => box.row))) {
    const inRow = placed.lanes.map(({ x, boxes }) =>
      boxes.filter(({ box }) => box.row === row).map((b) => ({ ...b, x: x + b.x })),
    );
    if (inRow.some((boxes) => boxes.length > 1)) continue;
    inRow.flat().forEach((right, i, all) => {
      const left = all[i - 1];
      if (!left?.used || !right.used || left.box !== right.box) return;
      parts.push(`<path class="carry" d="M${c(left.x + left.width)} ${c(left.y + left.height / 2)}H${c(right.x)}"/>`);
    });
  }
  return parts.join("");
}
