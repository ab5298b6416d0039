import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { childLine } from "./child-line.ts";

const folder = mkdtempSync(join(tmpdir(), "peak-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("childLine", () => {
  it("reads the last line, and passes arguments on", async () => {
    const entry = join(folder, "good.mjs");
    writeFileSync(entry, 'console.log("loading"); console.log(1000 + Number(process.argv[2]));');
    expect(await childLine(entry, ["7"])).toBe("1007");
  });

  it("reports what a failing child said", async () => {
    const entry = join(folder, "bad.mjs");
    writeFileSync(entry, 'console.error("out of paper"); process.exit(3);');
    await expect(childLine(entry, ["x"])).rejects.toThrow(/exit code 3.*\n.*out of paper/);
  });
});
