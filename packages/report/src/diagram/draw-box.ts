import { escapeXml } from "../escape.ts";
import { formatCount, plural } from "../format.ts";
import { fit, pixels } from "../text-width.ts";
import { meaningLine, meaningLines, shortName } from "./autoencoder-boxes.ts";
import { isWritten } from "./boxes.ts";
import { coordinate as c } from "./line-path.ts";
import { labelSize } from "./metrics.ts";
import { centerOf } from "./place-ends.ts";
import type { PlacedBox } from "./placed-box.ts";

const portStrip = 13;
const bandLabelSize = 10;

/** One node: its name, and below it the entry points of a head that has several. */
export function drawBox(placed: PlacedBox, token: string | null): string {
  const { box, x, y, width, height, used, usedPorts, members } = placed;
  if (box.kind === "band") return drawBand(placed, token);
  if (isWritten(box)) return drawWritten(placed, token);
  const kind = box.kind === "resid" ? "bar" : box.kind;
  const strip = used && box.ports.length > 0 ? portStrip : 0;
  const label = fit(shortName(box, members), width - 8, (text) => pixels(text, labelSize));
  const at = token === null ? "" : ` at position ${token}`;
  const inputs = usedPorts.size > 0 ? `, read through ${[...usedPorts].sort().join(", ")}` : "";
  const what =
    box.kind === "heads"
      ? `${plural(members.length, "head")} with weaker edges: ${some(members)}`
      : placed.above > 0
        ? `${box.name} and its autoencoder`
        : box.name;
  const parts = [
    `<g class="box ${kind}${used ? "" : " unused"}" data-box="${escapeXml(box.name)}">`,
    `<title>${escapeXml(`${what}${at}${used ? inputs : " (no edge of the circuit)"}`)}</title>`,
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

/** So many names are in the tooltip of a box that several latents or heads share. */
const mostNamed = 30;

/** What an autoencoder writes: a latent by its number, with what it stands for; the weaker ones as a count; the error. */
function drawWritten({ box, x, y, width, height, used, members }: PlacedBox, token: string | null): string {
  const at = token === null ? "" : ` at position ${token}`;
  const meaning = meaningLines(box.label, width);
  const middle = x + width / 2;
  const first = y + (height - meaningLine * meaning.length) / 2 + 4;
  const lines = [
    `<text class="label" x="${c(middle)}" y="${c(first)}">${escapeXml(shortName(box, members))}</text>`,
    ...meaning.map(
      (line, i) =>
        `<text class="meaning" x="${c(middle)}" y="${c(first + meaningLine * (i + 1))}">${escapeXml(line)}</text>`,
    ),
  ];
  return [
    `<g class="box ${box.kind}${used ? "" : " unused"}" data-box="${escapeXml(box.name)}">`,
    `<title>${escapeXml(`${fullName(box, members)}${at}${used ? "" : " (no edge of the circuit)"}`)}</title>`,
    `<rect x="${c(x)}" y="${c(y)}" width="${c(width)}" height="${c(height)}" rx="8"/>`,
    ...lines,
    "</g>",
  ].join("");
}

function fullName({ kind, name, owner, label }: PlacedBox["box"], members: readonly string[]): string {
  if (kind !== "latents") return label === undefined ? name : `${name}: ${label}`;
  return members.length === 1
    ? members[0]!
    : `${formatCount(members.length)} more latents of ${owner} with weaker edges: ${some(members)}`;
}

function some(names: readonly string[]): string {
  const rest = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
}

/** Folded blocks: how many edges run between them, and how many latents they have. */
function drawBand({ box, x, y, width, height, used, inside, members }: PlacedBox, token: string | null): string {
  const at = token === null ? "" : ` at position ${token}`;
  const held = [
    inside > 0 && `${plural(inside, "edge")} inside`,
    members.length > 0 && plural(members.length, "latent"),
  ].filter(Boolean);
  const text = [box.name, ...held].join(" · ") + (used || held.length > 0 ? "" : ": no edge");
  const names = members.length > 0 ? `: ${some(members)}` : "";
  const measure = (t: string) => pixels(t, bandLabelSize);
  const shorter = inside > 0 ? plural(inside, "edge") : box.name;
  const label = measure(text) <= width - 8 ? text : fit(shorter, width - 8, measure);
  return [
    `<g class="box band${used || inside > 0 ? "" : " empty"}" data-box="${escapeXml(box.name)}" data-blocks="${box.blocks!.join("-")}">`,
    `<title>${escapeXml(`${text}${at}${names}`)}</title>`,
    `<rect x="${c(x)}" y="${c(y)}" width="${c(width)}" height="${c(height)}" rx="3"/>`,
    `<text class="label" x="${c(x + width / 2)}" y="${c(y + height / 2 + 3.2)}">${escapeXml(label)}</text>`,
    "</g>",
  ].join("");
}
