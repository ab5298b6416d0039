import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJson } from "./read-json.ts";
import { requireWritable, writeJson, writeWhole } from "./write-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "write-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("writeWhole makes the folder", async () => {
  await writeWhole(join(folder, "new/deep/file.txt"), "text");
  expect(readFileSync(join(folder, "new/deep/file.txt"), "utf8")).toBe("text");
});

describe("writeJson and readJson", () => {
  it("spell out numbers JSON does not have", async () => {
    const path = join(folder, "scores.json");
    await writeJson(path, { score: Number.POSITIVE_INFINITY, none: Number.NaN, one: 1 });
    expect(readJson(path)).toEqual({ score: "Infinity", none: "NaN", one: 1 });
  });

  it("say what is wrong with a file", () => {
    writeFileSync(join(folder, "broken.json"), "{");
    expect(() => readJson(join(folder, "broken.json"))).toThrow(/broken\.json is not valid JSON/);
    expect(() => readJson(join(folder, "missing.json"))).toThrow(/missing\.json: does not exist/);
  });
});

describe("requireWritable", () => {
  it("accepts a new file and refuses a folder or a file as folder", () => {
    writeFileSync(join(folder, "plain"), "");
    expect(() => requireWritable(join(folder, "later/out.json"))).not.toThrow();
    expect(() => requireWritable(undefined)).not.toThrow();
    expect(() => requireWritable("/dev/null")).not.toThrow();
    expect(() => requireWritable(folder)).toThrow(/is a folder/);
    expect(() => requireWritable(join(folder, "plain/out.json"))).toThrow(/cannot be written/);
  });
});
