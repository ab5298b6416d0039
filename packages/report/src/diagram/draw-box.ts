import { escapeXml } from "../escape.ts";
import { fit, pixels } from "../text-width.ts";
import { coordinate as c } from "./line-path.ts";
import { labelSize } from "./metrics.ts";
import { centerOf } from "./place-ends.ts";
import type { PlacedBox } from "./placed-box.ts";

const portStrip = 13;

/** One node: its name, and below it the entry points of a head that has several. */
export function drawBox(placed: PlacedBox, token: string | null): string {
  const { box, x, y, width, height, used, usedPorts } = placed;
  const kind = box.kind === "resid" ? "bar" : box.kind;
  const strip = used && box.ports.length > 0 ? portStrip : 0;
  const label = fit(box.name, width - 8, (text) => pixels(text, labelSize));
  const at = token === null ? "" : ` at position ${token}`;
  const inputs = usedPorts.size > 0 ? `, read through ${[...usedPorts].sort().join(", ")}` : "";
  const parts = [
    `<g class="box ${kind}${used ? "" : " unused"}" data-box="${escapeXml(box.name)}">`,
    `<title>${escapeXml(`${box.name}${at}${used ? inputs : " (no edge of the circuit)"}`)}</title>`,
    `<rect x="${c(x)}" y="${c(y)}" width="${c(width)}" height="${c(height)}" rx="${box.kind === "mlp" ? 2 : 5}"/>`,
    `<text class="label" x="${c(x + width / 2)}" y="${c(y + (height - strip) / 2 + 4)}">${escapeXml(label)}</text>`,
  ];
  if (strip > 0) {
    const top = y + height - strip;
    parts.push(`<path class="divider" d="M${c(x)} ${c(top)}h${c(width)}"/>`);
    for (const port of box.ports) {
      const idle = usedPorts.has(port) ? "" : " idle";
      parts.push(
        `<text class="port${idle}" x="${c(centerOf(placed, port))}" y="${c(y + height - 3.5)}">${port}</text>`,
      );
    }
  }
  parts.push("</g>");
  return parts.join("");
}
