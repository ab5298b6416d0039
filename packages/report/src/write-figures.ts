import { join } from "node:path";
import { AutocircuitError, kind, makeFolder, signature, writeWhole } from "@autocircuit/base";
import { Html, html } from "./html/html.ts";
import { pageScript } from "./html/script.ts";
import { section } from "./html/sections.ts";
import { pageStyle } from "./html/style.ts";
import { cellTable } from "./html/table.ts";
import { pngOfSvg } from "./png.ts";
import type { Cell } from "./types.ts";

/** A picture with its words. */
export interface Figure {
  /** Of its files: letters, digits, `-` and `_`. */
  readonly name: string;
  readonly title: string;
  /** What to see there, below it. */
  readonly caption?: string | undefined;
  /** As the functions of this package draw it. */
  readonly svg: string;
}

/** A table with its words; it can be sorted by every column. */
export interface FiguresTable {
  readonly title: string;
  /** What to see there, below it. */
  readonly caption?: string | undefined;
  readonly columns: readonly string[];
  /** As many cells in each row as there are columns. */
  readonly rows: readonly (readonly Cell[])[];
}

/** What {@link writeFigures} writes. */
export interface FiguresPage {
  readonly title: string;
  /** What the page is about. */
  readonly lead?: string | undefined;
  readonly figures: readonly Figure[];
  /** Below the figures. Default none. */
  readonly tables?: readonly FiguresTable[] | undefined;
}

const figureKind = kind.such("{ name, title, svg }, the name of letters, digits, - and _", (value) => {
  const { name, title, caption, svg } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  const texts = typeof title === "string" && typeof svg === "string" && kind.optional(kind.text).accepts(caption);
  return texts && typeof name === "string" && /^[\w-]+$/.test(name);
});
const cell = kind.either(
  kind.orNull(kind.either(kind.text, kind.flag)),
  kind.such("a number", (value) => typeof value === "number"),
);
const tableKind = kind.such("{ title, columns, rows }, as many cells in a row as columns", (value) => {
  const { title, caption, columns, rows } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  if (typeof title !== "string" || !kind.optional(kind.text).accepts(caption)) return false;
  if (!kind.listOf(kind.text).accepts(columns) || !kind.listOf(kind.listOf(cell)).accepts(rows)) return false;
  return (rows as unknown[][]).every(({ length }) => length === (columns as unknown[]).length);
});
const page = kind.such(`{ title, figures }, each figure ${figureKind.what}`, (value) => {
  const { title, lead, figures, tables } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return (
    typeof title === "string" &&
    kind.optional(kind.text).accepts(lead) &&
    kind.listOf(figureKind).accepts(figures) &&
    kind.optional(kind.listOf(tableKind)).accepts(tables)
  );
});
const check = signature("writeFigures", { dir: kind.text, page });

/**
 * Writes pictures into a folder, which is made if need be: each as SVG and PNG, and all on one HTML page, with tables, that needs no
 * network, and no script but for sorting tables.
 *
 * @returns the page's path
 * @throws AutocircuitError `bad-input` for a picture that cannot be drawn and for two of one name; `bad-file` where the folder cannot be
 *   written. Nothing is written before all pictures are drawn.
 * @example
 * const series = [{ task: "ioi", algorithm: "ACDC", points: rocCurve(scores, task.knownEdges!).points }];
 * await writeFigures("figures", { title: "tracr", figures: [{ name: "roc", title: "ROC", svg: await rocPlotSvg(series) }] });
 */
export async function writeFigures(dir: string, page: FiguresPage): Promise<string> {
  check({ dir, page });
  const { figures } = page;
  const names = figures.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined)
    throw new AutocircuitError(
      "bad-input",
      `\`figures\` has ${JSON.stringify(twice)} twice. Give each a name of its own.`,
    );
  const files: [string, string | Uint8Array][] = [];
  for (const { name, svg } of figures) files.push([`${name}.png`, await pngOfSvg(svg)], [`${name}.svg`, svg]);
  const index = join(dir, "figures.html");
  makeFolder(dir);
  for (const [name, content] of files) await writeWhole(join(dir, name), content);
  await writeWhole(index, pageOf(page));
  return index;
}

/** Pictures are images with their data, so that whatever an SVG holds stays inside. */
function pageOf({ title, lead, figures, tables = [] }: FiguresPage): string {
  const shown = figures.map(({ title, caption, svg }) => {
    const data = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
    const picture = html`<figure><img src="${data}" alt="${title}" style="max-width:100%;display:block;margin:0 auto"></figure>`;
    return section(title, html`${picture}${caption !== undefined && html`<p class="aside">${caption}</p>`}`);
  });
  const listed = tables.map(({ title, caption, columns, rows }) =>
    section(title, html`${cellTable(columns, rows)}${caption !== undefined && html`<p class="aside">${caption}</p>`}`),
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(pageStyle())}</style>
</head>
<body>
<main>
<header>
<p class="answer">${title}</p>
${lead !== undefined && html`<p class="lead">${lead}</p>`}
</header>
${shown}${listed}
</main>
${tables.length > 0 && html`<script>${new Html(pageScript)}</script>`}
</body>
</html>
`.text;
}
