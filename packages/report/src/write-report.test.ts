import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reverseReport } from "../test/samples.ts";
import { circuitSvg } from "./circuit-svg.ts";
import { reportHtml } from "./report-html.ts";
import { writeReport } from "./write-report.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "autocircuit-report-"));
});
afterEach(() => rm(dir, { recursive: true }));

describe("writeReport", () => {
  it("makes the folder and writes both files, over older ones too", async () => {
    const target = join(dir, "deep", "er");
    const written = await writeReport(target, { ...reverseReport(), title: "older" });
    expect(await writeReport(target, reverseReport())).toEqual(written);
    expect((await readdir(target)).sort()).toEqual(["circuit.svg", "report.html"]);
    expect(await readFile(written.svg, "utf8")).toBe(circuitSvg(reverseReport()));
    expect(await readFile(written.html, "utf8")).toBe(await reportHtml(reverseReport()));
  });

  it("says so when a file is where the folder should be", async () => {
    const file = join(dir, "file");
    await writeFile(file, "");
    for (const target of [file, join(file, "below")]) {
      await expect(writeReport(target, reverseReport())).rejects.toMatchObject({
        code: "bad-file",
        message: expect.stringMatching(/^Cannot write ".*file.*\((EEXIST|ENOTDIR)\)\. .*choose another folder/),
      });
    }
  });

  it("leaves no diagram where the report beside it could not be written", async () => {
    await mkdir(join(dir, "report.html"));
    await expect(writeReport(dir, reverseReport())).rejects.toMatchObject({ code: "bad-file" });
    expect(await readdir(dir)).toEqual(["report.html"]);
  });

  it("leaves nothing half-written behind", async () => {
    await mkdir(join(dir, "circuit.svg"));
    await expect(writeReport(dir, reverseReport())).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(/^Cannot write ".*circuit\.svg"/),
    });
    expect(await readdir(dir)).toEqual(["circuit.svg"]);
  });

  it("writes nothing for a report that does not fit together", async () => {
    const target = join(dir, "out");
    const broken = { ...reverseReport(), circuit: [{ edge: "A9.9->Resid End", token: null, score: 1 }] };
    await expect(writeReport(target, broken)).rejects.toMatchObject({ code: "unknown-name" });
    expect(await readdir(dir)).toEqual([]);
  });
});
