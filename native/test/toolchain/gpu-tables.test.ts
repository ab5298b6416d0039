import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
const { tables } = await import(new URL("scripts/gpu/table.mjs", root).href);
const measured = () => JSON.parse(readFileSync(new URL("docs/measured/h100.json", root), "utf8"));

/** Without what aligns columns. */
const compact = (text: string) => text.replaceAll(/ {2,}/g, " ").replaceAll(/-{4,}/g, "---");

describe("the tables of docs/cuda.md", () => {
  test("are made from what was measured", () => {
    const page = readFileSync(new URL("docs/cuda.md", root), "utf8");
    for (const table of tables(measured()).split("\n\n")) expect(compact(page)).toContain(compact(table));
  });

  test("say what failed, was not finished, or was not run", () => {
    const report = measured();
    const race = report.parts.find(({ name }: { name: string }) => name === "racecheck-norm");
    Object.assign(race, { errors: 3, code: 9 });
    report.parts.push({ name: "tests-late", skipped: "no time was left" });
    report.parts = report.parts.filter(({ name }: { name: string }) => !name.startsWith("memcheck"));
    const text = tables(report);
    expect(text).toContain("3 errors (clean: divergences, patched, gradient)");
    expect(text).toContain("not finished: tests-late");
    expect(text).toMatch(/memcheck \| not run/);
  });
});
