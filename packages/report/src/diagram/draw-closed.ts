import { escapeXml } from "../escape.ts";
import { plural } from "../format.ts";
import { coordinate as c } from "./line-path.ts";

const bandWidth = 18;

/**
 * Positions that are folded into one column: a band from bottom to top that counts their edges.
 *
 * @param first the first position that has edges, where a click leads when the picture unfolds
 */
export function drawClosed(
  { name, edgeCount, first }: { name: string; edgeCount: number; first: number },
  width: number,
  height: number,
): string {
  const [x, y] = [c(width / 2), c(height / 2)];
  const text = plural(edgeCount, "edge");
  return [
    `<g class="box band closed" data-box="${escapeXml(name)}" data-first="${first}">`,
    `<title>${escapeXml(`${name} · ${text} inside`)}</title>`,
    `<rect x="${c((width - bandWidth) / 2)}" y="0" width="${bandWidth}" height="${c(height)}" rx="3"/>`,
    `<text class="label" x="${x}" y="${y}" dy="3.2" transform="rotate(-90 ${x} ${y})">${text}</text>`,
    "</g>",
  ].join("");
}
