/**
 * Colors of the Okabe-Ito palette, which people with any color vision can tell apart (M. Okabe, K. Ito, "Color Universal
 * Design", 2008). Nothing relies on color alone: dashes and tips differ too.
 */
export const okabeIto = {
  orange: "#E69F00",
  skyBlue: "#56B4E9",
  green: "#009E73",
  yellow: "#F0E442",
  blue: "#0072B2",
  vermillion: "#D55E00",
  purple: "#CC79A7",
} as const;

/** Color of each status on light and on dark ground. */
export const statusColor = {
  light: {
    circuit: okabeIto.blue,
    found: okabeIto.blue,
    missed: okabeIto.vermillion,
    extra: "#008763",
    negative: okabeIto.vermillion,
  },
  dark: {
    circuit: okabeIto.skyBlue,
    found: okabeIto.skyBlue,
    missed: "#F08A3C",
    extra: "#2CC69A",
    negative: "#F08A3C",
  },
} as const;

/** Dash pattern of each status; "none" is a solid line. */
export const statusDash = { circuit: "none", found: "none", missed: "7 4", extra: "2 3.5", negative: "7 4" } as const;

/** Ground and ink. */
export const ground = {
  light: {
    paper: "#ffffff",
    panel: "#f5f5f2",
    ink: "#1d2125",
    soft: "#5c636b",
    faint: "#b9bec4",
    box: "#ffffff",
    line: "#dfe1de",
  },
  dark: {
    paper: "#15181b",
    panel: "#1d2125",
    ink: "#e8eaec",
    soft: "#a0a7ae",
    faint: "#4a5158",
    box: "#22272b",
    line: "#33393f",
  },
} as const;

/** Fonts that are there: nothing is fetched. */
export const sans = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";
