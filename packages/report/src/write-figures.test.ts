import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { trainingPlotSvg } from "./plots/training-plot.ts";
import { writeFigures } from "./write-figures.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-figures-"));
afterAll(() => rmSync(root, { recursive: true }));
const svg = await trainingPlotSvg({ loss: [2, 1], target: [1, 0.5], size: [1, 0.5] });

it("writes each picture twice, and a page of them all", async () => {
  const dir = join(root, "new", "folder");
  const figures = [
    { name: "one", title: "Training <1>", caption: "Loss & size", svg },
    { name: "two_2", title: "Training 2", svg },
  ];
  const page = await writeFigures(dir, { title: "An experiment", lead: "Of two runs", figures });
  expect(readdirSync(dir).sort()).toEqual(["figures.html", "one.png", "one.svg", "two_2.png", "two_2.svg"]);
  expect(readFileSync(join(dir, "one.svg"), "utf8")).toBe(svg);
  const text = readFileSync(page, "utf8");
  for (const part of ["An experiment", "Of two runs", "Training &lt;1&gt;", "Loss &amp; size"])
    expect(text).toContain(part);
  const [, data] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(text)!;
  expect(Buffer.from(data!, "base64").toString()).toBe(svg);
  expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
});

it("has tables that can be sorted, whatever is in their cells", async () => {
  const rows = [
    ["<b>ACDC</b>", 0.5, true],
    ["Random", null, false],
  ];
  const tables = [{ title: "Areas & such", caption: "Higher is <better>", columns: ["name", "area", "known"], rows }];
  const page = await writeFigures(join(root, "tables"), { title: "t", figures: [], tables });
  const text = readFileSync(page, "utf8");
  for (const part of ["Areas &amp; such", "Higher is &lt;better&gt;", "&lt;b&gt;ACDC", 'data-sort="0.5"', "<script>"])
    expect(text).toContain(part);
  const ragged = [{ title: "t", columns: ["a", "b"], rows: [["x"]] }];
  await expect(writeFigures(join(root, "ragged"), { title: "t", figures: [], tables: ragged })).rejects.toThrow(
    /`page`/,
  );
});

it("writes nothing where a picture or a name is wrong", async () => {
  const dir = join(root, "none");
  const write = (...figures: object[]) => writeFigures(dir, { title: "t", figures: figures as never });
  const one = { name: "one", title: "t", svg };
  await expect(write(one, one)).rejects.toThrow(/"one" twice/);
  await expect(write({ ...one, name: "../one" })).rejects.toThrow(/letters, digits/);
  await expect(write(one, { ...one, name: "two", svg: "<svg" })).rejects.toThrow(/cannot be drawn/);
  await expect(writeFigures(dir, {} as never)).rejects.toThrow(/`page` must be \{ title, figures \}, each figure/);
  expect(existsSync(dir)).toBe(false);
  const file = join(root, "file");
  writeFileSync(file, "");
  await expect(writeFigures(join(file, "x"), { title: "t", figures: [one] })).rejects.toMatchObject({
    code: "bad-file",
  });
});
