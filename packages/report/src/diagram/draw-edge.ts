import type { ComparedEdge, EdgeStatus } from "../compare.ts";
import { escapeXml } from "../escape.ts";
import { formatNumber, plural } from "../format.ts";
import { coordinate as c } from "./line-path.ts";
import type { PlacedLine } from "./place-lane.ts";
import type { Weights } from "./weights.ts";

const words: Readonly<Record<EdgeStatus, string>> = {
  circuit: "in the circuit",
  found: "in both circuits",
  missed: "missed: in the known circuit only",
  extra: "extra: in the circuit found only",
  negative: "in the circuit, below zero",
};

/** One edge: a wide invisible line for the pointer, the line, its tip, and a tooltip. */
export function drawEdge(placed: PlacedLine, weights: Weights, tip: number, token: string | null): string {
  const { line, path, x, y } = placed;
  const { edge } = line;
  const { width, opacity } = weights.of(edge);
  const at = token === null ? "" : ` at position ${token}`;
  const score = edge.score === null ? "" : `, score ${formatNumber(edge.score)}`;
  const activation = edge.activation === undefined ? "" : `, its source writes ${formatNumber(edge.activation)}`;
  const { others } = line;
  const more =
    others.length === 0 ? "" : `, and ${plural(others.length, "weaker edge")} between the same: ${some(others)}`;
  const { owner } = line.src.box;
  const data = [
    `data-edge="${escapeXml([edge, ...others].map((e) => e.edge).join("; "))}"`,
    edge.token === null ? "" : ` data-token="${edge.token}"`,
    ` data-src="${escapeXml(line.src.box.name)}" data-dest="${escapeXml(line.dest.box.name)}"`,
    owner === undefined ? "" : ` data-owner="${escapeXml(owner)}"`,
  ].join("");
  return [
    `<g class="edge ${edge.status}" ${data} opacity="${Number(opacity.toFixed(2))}">`,
    `<title>${escapeXml(`${edge.edge}${at}${score}${activation} (${words[edge.status]})${more}`)}</title>`,
    `<path class="hit" d="${path}"/><path class="line" d="${path}" stroke-width="${c(width)}"/>`,
    drawTip(edge.status, x, y, tip, width),
    "</g>",
  ].join("");
}

/** So many of the edges that a line stands for are in its tooltip. */
const mostNamed = 10;

function some(edges: readonly ComparedEdge[]): string {
  const names = edges.slice(0, mostNamed).map(({ edge }) => edge);
  return edges.length > mostNamed ? `${names.join(", ")}, ...` : names.join(", ");
}

/** The end of an edge, just below (x, y): a triangle, a hollow circle where missed, a diamond where extra or below zero. */
export function drawTip(status: EdgeStatus, x: number, y: number, size: number, width = 2): string {
  const half = size / 2 + Math.max(0, width - 2) / 2;
  if (status === "missed") {
    return `<circle class="tip" cx="${c(x)}" cy="${c(y + size / 2)}" r="${c(size / 2 - 0.5)}"/>`;
  }
  const points =
    status === "extra" || status === "negative"
      ? [x, y, x + half, y + size / 2, x, y + size, x - half, y + size / 2]
      : [x, y, x + half, y + size, x - half, y + size];
  return `<polygon class="tip" points="${points.map(c).join(" ")}"/>`;
}
