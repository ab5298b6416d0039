import { ground, sans, statusColor, statusDash } from "../palette.ts";
import { meaningSize } from "./autoencoder-boxes.ts";

const root = ".autocircuit-diagram";

/** Style of a diagram. Everything hangs below the root class, so that it can stand inside a page. */
export function diagramStyle(): string {
  return `
${root}{font-family:${sans};background:${ground.light.paper}}
${root} text{font-variant-numeric:tabular-nums}
${root} .title{font-size:17px;font-weight:650}
${root} .verdict{font-size:13px}
${root} .small{font-size:11px}
${root} .lane-label{font-size:12px;font-weight:600;text-anchor:middle}
${root} .block-label{font-size:10px;text-anchor:end}
${root} .label{font-size:11px;text-anchor:middle}
${root} .meaning{font-size:${meaningSize}px;text-anchor:middle}
${root} .port{font-size:8.5px;text-anchor:middle}
${root} .edge path,${root} .key path{fill:none;stroke-linejoin:round}
${root} .edge .hit{stroke:#000;stroke-opacity:0;stroke-width:9;pointer-events:stroke}
${statuses.map((s) => `${root} .${s} .line{stroke-dasharray:${statusDash[s]}}`).join("\n")}
${root} .unused rect{stroke-dasharray:3 3;fill-opacity:0}
${root} .band .label{font-size:10px}
${root} .carry{stroke-dasharray:1 4;stroke-linecap:round;stroke-width:1.5}
${colors("light")}
@media screen and (prefers-color-scheme:dark){
${root}{background:${ground.dark.paper}}
${colors("dark")}
}`.trim();
}

const statuses = ["circuit", "found", "missed", "extra", "negative"] as const;

function colors(scheme: "light" | "dark"): string {
  const g = ground[scheme];
  const rules = [
    `${root} .paper{fill:${g.paper}}`,
    `${root} .stripe{fill:${g.panel}}`,
    `${root} text{fill:${g.ink}}`,
    `${root} .small,${root} .verdict,${root} .block-label{fill:${g.soft}}`,
    `${root} .box rect{fill:${g.box};stroke:${g.ink};stroke-width:1.2}`,
    `${root} .box .divider{stroke:${g.faint};stroke-width:1}`,
    `${root} .box .idle{fill:${g.soft};fill-opacity:.55}`,
    `${root} .bar rect{fill:${g.panel};stroke:${g.soft}}`,
    `${root} .band rect{fill:${g.panel};stroke:${g.faint};stroke-width:1}`,
    `${root} .band text{fill:${g.soft}}`,
    `${root} .band.empty rect{stroke:none}`,
    `${root} .frame{fill:${g.faint};fill-opacity:.22}`,
    `${root} .latents rect,${root} .error rect{fill:${g.panel};stroke:${g.soft};stroke-width:1}`,
    `${root} .latents text,${root} .error text,${root} .meaning{fill:${g.soft}}`,
    `${root} .caption rect{fill:none;stroke:none}`,
    `${root} .unused rect{stroke:${g.faint};stroke-width:1}`,
    `${root} .unused text{fill:${g.soft}}`,
    `${root} .carry,${root} .rest{stroke:${g.faint}}`,
  ];
  for (const s of statuses) {
    const color = statusColor[scheme][s];
    rules.push(`${root} .${s} .line{stroke:${color}}`, `${root} .${s} .tip{fill:${color};stroke:${color}}`);
  }
  // A missed edge ends in a hollow circle.
  rules.push(`${root} .missed .tip{fill:${g.paper};stroke-width:1.6}`);
  return rules.join("\n");
}
