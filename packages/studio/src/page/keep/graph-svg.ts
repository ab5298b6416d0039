import { edgeCurve } from "../graph/curve.ts";
import { behind, type Scene, varyingRemark } from "../graph/scene.ts";
import type { ShownEdges } from "../graph/shown-edges.ts";
import { ablatedDash, dashes, type Theme } from "../graph/theme.ts";

/** More edges than these make files that no program opens gladly: the least important are left out, and the file says so. */
const mostEdges = 20_000;

/** The graph as SVG: what is shown, all of it, whatever part of it is in view. */
export function graphSvg(
  scene: Scene,
  shown: ShownEdges,
  ablated: ReadonlySet<number>,
  theme: Theme,
  title: string,
): string {
  const { left, top, right, bottom } = scene.bounds;
  const margin = 30;
  const width = right - left + 2 * margin;
  const height = bottom - top + 2 * margin + 16;
  const used = new Set<number>();
  const p = new Float64Array(8);
  const first = Math.max(0, shown.edges.length - mostEdges);
  const paths: string[] = [];
  const path = (edge: number, attributes: string) => {
    edgeCurve(scene, edge, p);
    const [x0, y0, x1, y1, x2, y2, x3, y3] = Array.from(p, (value) => Number(value.toFixed(1)));
    paths.push(`<path d="M${x0} ${y0}C${x1} ${y1} ${x2} ${y2} ${x3} ${y3}" ${attributes}/>`);
  };
  const thin = shown.edges.length > 400;
  for (let i = first; i < shown.edges.length; i++) {
    const edge = shown.edges[i]!;
    const kind = shown.status[i]!;
    used.add(scene.from[edge]!).add(scene.to[edge]!);
    if (ablated.has(edge)) continue;
    const dash = dashes[kind]!.length > 0 ? ` stroke-dasharray="${dashes[kind]!.join(" ")}"` : "";
    const alpha = thin ? 0.15 + 0.6 * shown.strength[i]! : 0.55 + 0.4 * shown.strength[i]!;
    path(edge, `stroke="${theme.edges[kind]}" stroke-opacity="${alpha.toFixed(2)}"${dash}`);
  }
  let drawn = 0;
  for (const edge of ablated) {
    if (drawn++ >= mostEdges) break;
    path(edge, `stroke="${theme.ablated}" stroke-width="1.8" stroke-dasharray="${ablatedDash.join(" ")}"`);
  }
  const boxes = scene.nodes.map((node, index) => {
    const x = node.x - node.width / 2;
    const y = node.y - node.height / 2;
    const idle = used.has(index) ? "" : ` opacity="0.55"`;
    const rect = (by: number) =>
      `<rect x="${x + by}" y="${y - by}" width="${node.width}" height="${node.height}" rx="6" fill="${theme.box}" stroke="${theme.line}"/>`;
    const group = node.kind === "group" ? `<title>${escapeXml(`${node.name}: ${node.parts.join(", ")}`)}</title>` : "";
    return [
      `<g${idle}>${group}${group && rect(behind)}${rect(0)}`,
      `<text x="${node.x}" y="${node.y + 3.8}">${escapeXml(node.label)}</text></g>`,
    ].join("");
  });
  const captions = scene.columns.map(
    ({ label, x, varying }) => `<text x="${x}" y="${bottom + 22}">${escapeXml(label)}${varying ? "*" : ""}</text>`,
  );
  const remark = varyingRemark(scene);
  if (remark !== null) captions.push(`<text x="${(left + right) / 2}" y="${bottom + 38}">${escapeXml(remark)}</text>`);
  const left0 = left - margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left0} ${top - margin} ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escapeXml(title)}</title>`,
    ...(first > 0 ? [`<desc>The ${first} least important edges are left out.</desc>`] : []),
    `<rect x="${left0}" y="${top - margin}" width="${width}" height="${height}" fill="${theme.paper}"/>`,
    `<g fill="none" stroke-width="1.2">${paths.join("\n")}</g>`,
    `<g font-family="system-ui, sans-serif" font-size="11" text-anchor="middle" fill="${theme.ink}">${boxes.join("\n")}${captions.join("")}</g>`,
    "</svg>",
    "",
  ].join("\n");
}

/** Text as XML has it; what XML cannot hold is left out. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}
