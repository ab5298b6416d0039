import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isModulePath, loadDefaultExport } from "./load-module.ts";

const folder = mkdtempSync(join(tmpdir(), "module-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe("loadDefaultExport", () => {
  it("runs JavaScript", async () => {
    expect(await loadDefaultExport(file("plain.mjs", "export default 2 + 3;"))).toBe(5);
  });

  it("runs TypeScript with its imports, and leaves nothing behind", async () => {
    file("part.ts", "export const part: number = 4;");
    const whole = file(
      "whole.ts",
      'import { part } from "./part.ts";\nconst whole: number = part + 1;\nexport default whole;',
    );
    expect(await loadDefaultExport(whole)).toBe(5);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("says what is wrong with a module", async () => {
    await expect(loadDefaultExport(file("none.mjs", "export const other = 1;"))).rejects.toThrow(/no default export/);
    await expect(loadDefaultExport(file("throws.mjs", 'throw new Error("boom");'))).rejects.toThrow(
      /could not be loaded: boom/,
    );
    await expect(loadDefaultExport(file("broken.ts", "const x = ;"))).rejects.toThrow(
      /broken\.ts is not valid TypeScript/,
    );
    await expect(loadDefaultExport(join(folder, "missing.ts"))).rejects.toThrow(/missing\.ts: does not exist/);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("isModulePath", () => {
  it("tells files from names of programs", () => {
    expect(["a.ts", "b.mjs", "dir/c.js"].every(isModulePath)).toBe(true);
    expect(isModulePath("reverse")).toBe(false);
  });
});
