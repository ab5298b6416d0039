import type { TopLevelSpec } from "vega-lite";
import { escapeXml } from "../escape.ts";
import { ground } from "../palette.ts";

/**
 * Draws a Vega-Lite specification as a standalone SVG, without a browser.
 *
 * @param title name for people who cannot see the picture
 */
export async function renderSpec(spec: TopLevelSpec, title: string): Promise<string> {
  // Loaded here: Vega is hundreds of files, and most processes that load reports draw nothing.
  const [{ parse, View }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return withStyle(await view.toSVG(), title);
  } finally {
    view.finalize();
  }
}

/** Gives the picture a name and the colors that `currentColor` stands for, in light and dark. */
function withStyle(svg: string, title: string): string {
  const { light, dark } = ground;
  const style = [
    `.autocircuit-curve{color:${light.ink};background:${light.paper}}`,
    `@media screen and (prefers-color-scheme:dark){.autocircuit-curve{color:${dark.ink};background:${dark.paper}}}`,
  ].join("");
  return svg.replace(/<svg ([^>]*)>/, (_, attributes: string) => {
    const kept = attributes.replace(/class="[^"]*"/, 'class="autocircuit-curve" role="img"');
    return `<svg ${kept}><title>${escapeXml(title)}</title><style>${style}</style>`;
  });
}
