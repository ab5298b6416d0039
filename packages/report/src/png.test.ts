import { describe, expect, it } from "vitest";
import { gpt2Report } from "../test/samples.ts";
import { circuitSvg } from "./circuit-svg.ts";
import { metricPlotSvg } from "./plots/metric-plot.ts";
import { pngOfSvg } from "./png.ts";

const mark = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const sizeOf = (png: Uint8Array) => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};
const square = (fill: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="6"><rect width="10" height="6" fill="${fill}"/></svg>`;

describe("pngOfSvg", () => {
  it("gives a PNG of the picture's size, times the scale", async () => {
    const png = await pngOfSvg(square("#ff0000"));
    expect([...png.subarray(0, 8)]).toEqual(mark);
    expect(sizeOf(png)).toEqual([20, 12]);
    expect(sizeOf(await pngOfSvg(square("#ff0000"), { scale: 1 }))).toEqual([10, 6]);
  });

  it("draws in the ink of light or dark ground", async () => {
    const [light, dark] = await Promise.all([
      pngOfSvg(square("currentColor")),
      pngOfSvg(square("currentColor"), { theme: "dark" }),
    ]);
    expect(light).toEqual(await pngOfSvg(square("#1d2125")));
    expect(dark).toEqual(await pngOfSvg(square("#e8eaec"), { theme: "dark" }));
    expect(light).not.toEqual(dark);
  });

  it("sets text, whatever fonts the machine has", async () => {
    const text = (words: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text y="15" font-family="system-ui, sans-serif">${words}</text></svg>`;
    expect(await pngOfSvg(text("A0.3"))).not.toEqual(await pngOfSvg(text("")));
    expect(await pngOfSvg(text("A0.3"))).not.toEqual(await pngOfSvg(text("A0.4")));
  });

  it("draws curves and diagrams, the same every time", async () => {
    const points = [1, 10, 100].map((size) => ({ size, value: 1 / size }));
    const svg = await metricPlotSvg([{ task: "t", algorithm: "a", points }], { metric: "KL" });
    expect(await pngOfSvg(svg)).toEqual(await pngOfSvg(svg));
    expect((await pngOfSvg(circuitSvg(gpt2Report()), { scale: 0.5 })).length).toBeGreaterThan(5000);
  });

  it.each([
    ["what is no SVG", "hello", {}, /`svg` cannot be drawn/],
    ["an empty text", "", {}, /`svg` cannot be drawn/],
    ["a picture too large", square("red"), { scale: 1e4 }, /more than 16384 pixels on a side/],
    ["a scale of 0", square("red"), { scale: 0 }, /`scale` must be a finite number above 0/],
  ])("%s is an error", async (_, svg, options, message) => {
    await expect(pngOfSvg(svg, options)).rejects.toThrow(message);
    await expect(pngOfSvg(square("red"))).resolves.toBeDefined();
  });
});
