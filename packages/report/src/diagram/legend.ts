import type { EdgeStatus, KnownComparison } from "../compare.ts";
import { escapeXml } from "../escape.ts";
import { formatCount, formatNumber, plural } from "../format.ts";
import { pixels, wrap } from "../text-width.ts";
import { drawTip } from "./draw-edge.ts";
import type { Folded } from "./fit-screen.ts";
import { coordinate as c } from "./line-path.ts";
import type { Weights } from "./weights.ts";

const names: Readonly<Record<EdgeStatus, string>> = {
  circuit: "in the circuit",
  found: "in both circuits",
  missed: "missed (known only)",
  extra: "extra (found only)",
  negative: "score below zero",
};
const sample = 46;
const lineHeight = 20;

/** Facts the legend explains besides the edges. */
export interface LegendFacts {
  readonly weights: Weights;
  readonly outlines: boolean;
  /** Dotted links of one head over the positions. */
  readonly carries: boolean;
  /** Whether edges are told apart by the sign of their score. */
  readonly signs: boolean;
  /** Said last: that not every edge is drawn. */
  readonly left?: string | undefined;
  readonly folded: Folded;
  /** Whether a column is named by the first prompt's token where other prompts have others. */
  readonly varying: boolean;
  /** What the numbers of latents that have boxes of their own are; undefined where none have. */
  readonly latents: "by number" | "by position" | undefined;
  /** Whether weaker latents share boxes. */
  readonly weakerLatents: boolean;
}

/** What lines, tips and outlines mean, wrapped to a width. Returns the markup and its height. */
export function drawLegend(
  comparison: KnownComparison,
  facts: LegendFacts,
  width: number,
): { svg: string; height: number } {
  const items = keysOf(comparison, facts).map((status) => {
    const name = facts.signs && status === "circuit" ? "score of zero or more" : names[status];
    const count = comparison.edges.filter((edge) => edge.status === status).length;
    return { status, text: `${name}: ${formatCount(count)}` };
  });
  let x = 0;
  let y = 0;
  const parts: string[] = [];
  for (const { status, text } of items) {
    const needed = sample + pixels(text, 11) + 18;
    if (x > 0 && x + needed > width) {
      x = 0;
      y += lineHeight;
    }
    // Drawn upright like the edges would be too small to show the dashes: a line to the right with the tip turned.
    parts.push(
      `<g class="key ${status}"><path class="line" d="M${c(x)} ${c(y + 8)}h${sample - 14}" stroke-width="2.2"/>`,
      `<g transform="translate(${c(x + sample - 7)} ${c(y + 8)}) rotate(90)">${drawTip(status, 0, 0, 7)}</g>`,
      `<text class="small" x="${c(x + sample)}" y="${c(y + 12)}">${escapeXml(text)}</text></g>`,
    );
    x += needed;
  }
  y += lineHeight;
  for (const line of wrap(remarks(facts).join(" "), width, (text) => pixels(text, 11))) {
    parts.push(`<text class="small" x="0" y="${c(y + 12)}">${escapeXml(line)}</text>`);
    y += 15;
  }
  return { svg: parts.join(""), height: y };
}

function keysOf(comparison: KnownComparison, { signs }: LegendFacts): EdgeStatus[] {
  if (signs) return ["circuit", "negative"];
  return comparison.compared ? ["found", "missed", "extra"] : ["circuit"];
}

function remarks({ weights, outlines, carries, left, folded, varying, latents, weakerLatents }: LegendFacts): string[] {
  const said: string[] = [];
  if (varying) said.push("*: the first prompt's token; other prompts have others at that position.");
  if (weights.range) {
    said.push(`Wider: larger |score|, ${weights.range.map(formatNumber).join(" to ")}.`);
  }
  if (outlines) said.push("Dashed outline: node without an edge of the circuit.");
  if (carries) said.push("Dotted: one head; attention carries information from position to position.");
  if (latents === "by number") said.push("L17: latent 17 of the autoencoder of what stands below it.");
  if (latents === "by position")
    said.push("L17: what is number 17 among the latents kept at its position, another latent at each.");
  if (weakerLatents)
    said.push("“More”: latents with weaker edges; a line from there stands for all their edges to the same end.");
  if (folded.blocks > 0)
    said.push(
      `Bands: ${plural(folded.blocks, "block")} with weaker edges, folded; a line there stands for all edges between the same two ends.`,
    );
  if (folded.positions > 0)
    said.push(`Upright bands: ${plural(folded.positions, "position")} with weaker edges, folded.`);
  if (folded.heads > 0) said.push("“More”: heads with weaker edges there.");
  if (left) said.push(left);
  return said;
}
