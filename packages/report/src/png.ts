import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { ground } from "./palette.ts";

/** How a picture is turned into pixels. */
export interface PngOptions {
  /** Pixels for each of the picture's own. Default 2. */
  readonly scale?: number | undefined;
  /** Light (default) or dark paper and ink. */
  readonly theme?: "light" | "dark" | undefined;
}

const check = signature("pngOfSvg", { svg: kind.text }, {
  scale: kind.positive,
  theme: kind.oneOf(["light", "dark"]),
} satisfies KindsOf<PngOptions>);

/** Wider or higher pictures are refused: pixels take four bytes each. */
const MOST_PIXELS = 16384;

/**
 * Turns an SVG of this package into a PNG, without a browser. Text is set in DejaVu Sans, which comes along, so that a picture is the same
 * everywhere.
 *
 * @returns the PNG file's bytes
 * @throws AutocircuitError `bad-input` for what is no SVG, and for a picture of more than 16,384 pixels on a side
 * @example
 * const series = [{ task: "ioi", algorithm: "ACDC", points: rocCurve(scores, task.knownEdges!).points }];
 * await writeFile("roc.png", await pngOfSvg(await rocPlotSvg(series)));
 */
export async function pngOfSvg(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
  check({ svg }, options);
  const { scale = 2, theme = "light" } = options;
  const fontBuffers = await ready();
  const { paper, ink } = ground[theme];
  let drawn: InstanceType<typeof Resvg> | undefined;
  try {
    drawn = new Resvg(inked(svg, ink), {
      background: paper,
      fitTo: { mode: "zoom", value: scale },
      font: { fontBuffers, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY },
    });
    const { width, height } = drawn;
    const most = Math.max(width, height) * scale;
    if (!(most <= MOST_PIXELS)) {
      throw new AutocircuitError(
        "bad-input",
        `The picture is ${width} by ${height}; at scale ${scale} that is more than ${MOST_PIXELS} pixels on a side. Give a smaller \`scale\`.`,
      );
    }
    const image = drawn.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } catch (cause) {
    if (cause instanceof AutocircuitError) throw cause;
    throw new AutocircuitError("bad-input", `\`svg\` cannot be drawn: ${String((cause as Error)?.message ?? cause)}.`, {
      cause,
    });
  } finally {
    drawn?.free();
  }
}

const FAMILY = "DejaVu Sans";
let made: Promise<Uint8Array[]> | undefined;

/** The rasteriser and its fonts, read once. */
function ready(): Promise<Uint8Array[]> {
  made ??= (async () => {
    const { resolve } = createRequire(import.meta.url);
    await initWasm(await readFile(resolve("@resvg/resvg-wasm/index_bg.wasm")));
    const fonts = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"];
    return Promise.all(fonts.map((file) => readFile(resolve(`dejavu-fonts-ttf/ttf/${file}`))));
  })();
  return made;
}

/** The rasteriser knows neither `currentColor` from a style sheet nor what a screen prefers. */
function inked(svg: string, ink: string): string {
  return svg.replace(/(="|:\s*)currentColor\b/g, `$1${ink}`);
}
