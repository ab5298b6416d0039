import { Html, html } from "./html.ts";

/** A picture of this package in its frame. */
export function figure(svg: string): Html {
  return html`<figure>${new Html(svg)}</figure>`;
}
