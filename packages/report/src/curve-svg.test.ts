import { describe, expect, it } from "vitest";
import { parseMarkup } from "../test/markup.ts";
import { gpt2Report } from "../test/samples.ts";
import { curveSvg } from "./curve-svg.ts";
import type { Curve } from "./types.ts";

const curve = gpt2Report().curve!;
const one: Curve = {
  metric: "KL",
  unit: "",
  points: [1, 10, 100, 1000].map((size) => ({ size, value: 1 / size, series: "acdc" })),
};
const texts = (svg: string) => parseMarkup(svg).flatMap((e) => (e.name === "text" ? [e.text] : []));

describe("curveSvg", () => {
  it("draws one line per series, named in the legend, with axes and baseline", async () => {
    const svg = await curveSvg(curve);
    expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(3);
    const words = texts(svg);
    expect(words).toContain("KL(full model || circuit) (nats)");
    expect(words).toContain("edges");
    expect(words).toContain("everything ablated");
    expect(svg).toContain("Symbol legend for shape, fill color and stroke color with 3 values");
    for (const name of ["mask gradient, ig 5", "edge attribution patching", "random"]) expect(words).toContain(name);
  });

  it("tells series apart by dash and point shape too", async () => {
    const svg = await curveSvg(curve);
    expect(new Set(svg.match(/stroke-dasharray="[^"]*"/g)).size).toBeGreaterThanOrEqual(3);
  });

  it("puts decades on a logarithmic axis", async () => {
    const words = texts(await curveSvg({ ...one, edgeScale: "log", valueScale: "log" }));
    for (const tick of ["1", "10", "100", "1,000", "0.001"]) expect(words).toContain(tick);
    expect(words).not.toContain("200");
  });

  it("puts ticks between decades where there are few", async () => {
    const points = [1, 3, 6, 12, 24].map((size) => ({ size, value: 0.5, series: "acdc" }));
    const words = texts(await curveSvg({ ...one, points, edgeScale: "log" }));
    for (const tick of ["1", "2", "5", "10", "20"]) expect(words).toContain(tick);
    expect(words).not.toContain("50");
  });

  it("keeps zero on a logarithmic axis", async () => {
    const points = [{ size: 0, value: 2, series: "acdc" }, ...one.points];
    const words = texts(await curveSvg({ ...one, points, edgeScale: "log" }));
    for (const tick of ["0", "1", "10", "100", "1,000"]) expect(words).toContain(tick);
  });

  it("counts edges in whole numbers", async () => {
    const points = [0, 1, 2, 3].map((size) => ({ size, value: 7 * size, series: "acdc" }));
    const words = texts(await curveSvg({ ...one, points }));
    for (const tick of ["0", "1", "2", "3"]) expect(words).toContain(tick);
    expect(words.some((word) => /^\d\.\d$/.test(word))).toBe(false);
  });

  it("names a level at the side where the curve is far from it", async () => {
    const x = async (value: number) => {
      const svg = await curveSvg({ ...one, points: one.points, baseline: { name: "level", value } });
      const text = parseMarkup(svg).find((e) => e.name === "text" && e.text === "level")!;
      return Number(/translate\(([\d.]+)/.exec(text.attributes.transform!)![1]);
    };
    expect(await x(0.95)).toBeLessThan(100);
    expect(await x(0.05)).toBeGreaterThan(500);
  });

  it("leaves points out that are not finite, and refuses a curve without any other", async () => {
    const broken = { size: 5, value: Number.NaN, series: "acdc" };
    expect(await curveSvg({ ...one, points: [...one.points, broken] })).toBe(await curveSvg(one));
    await expect(curveSvg({ ...one, points: [broken] })).rejects.toThrow(/no finite point/);
  });

  it("counts something else where asked", async () => {
    const svg = await curveSvg({ ...one, across: "prompts" });
    expect(texts(svg)).toContain("prompts");
    expect(texts(svg)).not.toContain("edges");
    expect(parseMarkup(svg).find((e) => e.name === "title")!.text).toBe("KL against the number of prompts");
  });

  it("has no legend for a single series", async () => {
    expect(texts(await curveSvg(one))).not.toContain("acdc");
  });

  it("gives the same text every time, fetches nothing, and has a name", async () => {
    const svg = await curveSvg(curve);
    expect(await curveSvg(curve)).toBe(svg);
    expect(svg.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, "")).not.toMatch(/https?:|url\(|href/);
    expect(parseMarkup(svg).find((e) => e.name === "title")!.text).toBe(
      "KL(full model || circuit) against the number of edges",
    );
  });
});
