import { describe, expect, it } from "vitest";
import { Raster } from "./raster.ts";

const line = (x0: number, y0: number, x1: number, y1: number) =>
  Float64Array.of(x0, y0, x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3, x1 - (x1 - x0) / 3, y1 - (y1 - y0) / 3, x1, y1);

describe("a raster of edges", () => {
  it("finds the nearest edge, and of two at one place the later", () => {
    const raster = new Raster(100, 100, 1);
    raster.curve(line(10, 10, 90, 10), 0, 1, 4);
    raster.curve(line(10, 50, 90, 50), 0, 1, 7);
    raster.curve(line(50, 5, 50, 95), 0, 1, 9);
    expect(raster.find(30, 12, 5)).toBe(4);
    expect(raster.find(30, 47, 5)).toBe(7);
    expect(raster.find(50, 50, 5)).toBe(9);
    expect(raster.find(30, 30, 5)).toBe(-1);
    expect(raster.find(-3, 400, 5)).toBe(-1);
  });

  it("gives a line as much ink as it is long, and none to one of no weight", () => {
    const raster = new Raster(100, 100, 2);
    raster.curve(line(10, 20.4, 90, 20.4), 1, 0.5, 1);
    raster.curve(line(10, 60, 90, 60), 1, 0, 2);
    const ink = raster.density.map((layer) => layer.reduce((sum, value) => sum + value, 0));
    expect(ink[0]).toBe(0);
    expect(Math.abs(ink[1]! - 40)).toBeLessThan(1);
    expect(raster.find(50, 60, 1)).toBe(2);
  });

  it("leaves out what lies outside, and cuts off what goes out", () => {
    const raster = new Raster(40, 40, 1);
    raster.curve(line(-500, -500, -100, -100), 0, 1, 1);
    raster.curve(line(20, 20, 4000, 20), 0, 1, 2);
    expect(raster.density[0]!.reduce((sum, value) => sum + value, 0)).toBeLessThan(21);
    expect(raster.find(30, 20, 2)).toBe(2);
  });
});
