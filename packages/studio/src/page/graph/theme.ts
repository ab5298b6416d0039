import type { Rgb } from "./raster.ts";

/** Colours of the picture, from the Okabe-Ito palette: told apart with any colour vision, and dashed besides. */
export interface Theme {
  paper: string;
  box: string;
  boxIdle: string;
  line: string;
  ink: string;
  soft: string;
  faint: string;
  ablated: string;
  focus: string;
  /** By class of an edge. */
  edges: readonly [string, string, string, string];
}

export const themes: { light: Theme; dark: Theme } = {
  light: {
    paper: "#fbfbfa",
    box: "#ffffff",
    boxIdle: "#f3f3f0",
    line: "#8b939b",
    ink: "#1d2125",
    soft: "#5c636b",
    faint: "#d5d7d6",
    ablated: "#c4480a",
    focus: "#1d2125",
    edges: ["#0072b2", "#0072b2", "#b8860b", "#a8478a"],
  },
  dark: {
    paper: "#131619",
    box: "#23282d",
    boxIdle: "#1a1e22",
    line: "#7b848d",
    ink: "#e8eaec",
    soft: "#a0a7ae",
    faint: "#343a40",
    ablated: "#ff8a4c",
    focus: "#ffffff",
    edges: ["#56b4e9", "#56b4e9", "#e6b23c", "#dd8fc0"],
  },
};

/** Dashes by class: solid, solid, long, dotted. */
export const dashes: readonly (readonly number[])[] = [[], [], [7, 4], [2, 3]];

/** Dash of an ablated edge. */
export const ablatedDash: readonly number[] = [5, 4];

/** Red, green and blue of `#rrggbb`. */
export function rgb(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
