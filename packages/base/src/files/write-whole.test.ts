import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeWhole, writeWholeSync } from "./write-whole.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "write-whole-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("replaces a file and leaves nothing beside it", async () => {
  const path = join(folder, "a.txt");
  writeFileSync(path, "old");
  await writeWhole(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  writeWholeSync(path, Uint8Array.of(65, 66));
  expect(readFileSync(path, "utf8")).toBe("AB");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

it("takes a file in pieces; one that fails leaves the old file alone", async () => {
  const path = join(folder, "a.txt");
  await writeWhole(path, async (file) => {
    await file.writeFile("one ");
    await file.writeFile("two");
  });
  const failing = writeWhole(path, async (file) => {
    await file.writeFile("half");
    throw new Error("no more");
  });
  await expect(failing).rejects.toThrow("no more");
  expect(readFileSync(path, "utf8")).toBe("one two");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

it("throws the system's error where a folder is in the way, and leaves nothing", async () => {
  const path = join(folder, "a");
  mkdirSync(path);
  await expect(writeWhole(path, "x")).rejects.toMatchObject({ code: expect.stringMatching(/EISDIR|EEXIST|ENOTEMPTY/) });
  expect(() => writeWholeSync(path, "x")).toThrow();
  expect(readdirSync(folder)).toEqual(["a"]);
});

it("makes the folder of a file that is written at once", () => {
  writeWholeSync(join(folder, "b", "c.txt"), "x");
  expect(readFileSync(join(folder, "b", "c.txt"), "utf8")).toBe("x");
});
