import { type DrawnCircuit, drawCircuit } from "../circuit-svg.ts";
import { type Folded, phone } from "../diagram/fit-screen.ts";
import { plural } from "../format.ts";
import type { CircuitReport } from "../types.ts";
import { Html, html } from "./html.ts";

/** A diagram wider than this scrolls instead of shrinking: its text would become too small. */
const scrollFrom = 1500;
/** A diagram higher than this is printed on a page of its own. */
const ownPageFrom = 1200;
/** How far a diagram shrinks on a narrow screen, before it scrolls. */
const smallest = 0.72;
/** A diagram at least so wide does not fit on a phone even so, where its text is kept larger (see the style of the page). */
const widerThanPhones = 420;
/** A folded diagram wider than this shrinks to less than nine tenths in the page's column. */
const shrunkFrom = 1150;
/** One wider than this shrinks as much in a narrow window. */
const broadFrom = 700;

/**
 * The circuit's picture. Where something is folded in it, the whole one too: a switch that needs no script shows either. The folded one shrinks to
 * its room, until another switch shows it in full size; by token, phones have one of their own with fewer columns.
 */
export function diagramFigure(report: CircuitReport): Html {
  const folded = drawCircuit(report, { header: false });
  if (inWords(folded.folded) === "") return figure(folded, "");
  const whole = drawCircuit(report, { header: false, fold: false }, { id: "autocircuit-diagram-whole" });
  const narrow =
    report.graph.seqLen !== null &&
    drawCircuit(report, { header: false }, { id: "autocircuit-diagram-narrow", screen: phone });
  const kinds = ["picture", folded.width > broadFrom && "broad", folded.width > shrunkFrom && "shrunk"];
  return html`<div class="${kinds.filter(Boolean).join(" ")}">
<input type="checkbox" id="unfold" class="unfold"/><label for="unfold">Unfold ${inWords(folded.folded)}</label>
<input type="checkbox" id="full-size" class="full-size"/><label for="full-size">Full size</label>
${narrow && narrow.width < folded.width && figure(narrow, "folded narrow")}
${figure(folded, "folded")}
${figure(whole, "unfolded")}
</div>`;
}

/** "28 blocks and positions", of which phones fold more; empty where nothing is folded. */
function inWords({ blocks, positions, heads }: Folded): string {
  const parts = [blocks > 0 && plural(blocks, "block"), positions > 0 && "positions"];
  return parts.filter(Boolean).join(" and ") || (heads > 0 ? "heads" : "");
}

function figure({ svg, width, height }: DrawnCircuit, state: string): Html {
  const kinds = [state, width > scrollFrom && "wide", height > ownPageFrom && "tall"].filter(Boolean).join(" ");
  // Text that shrinks with a narrow screen could not be read there: the picture scrolls within its frame.
  const least = Math.round(width * smallest);
  const sideways =
    least > widerThanPhones ? html`<p class="sideways">Scroll sideways: it is wider than this screen.</p>` : "";
  return html`<figure class="${kinds}" tabindex="0" style="--least:${least}px">${sideways}${new Html(svg)}</figure>`;
}
