import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT } from "../docs/kept-reports.ts";
import { methodsTable } from "./methods-table.ts";
import { runMethods, TABLED } from "./run-methods.ts";

describe("the table of methods", () => {
  it("has a row for each method; those that know the task find a compiled circuit, and random scores do not", async () => {
    const report = await runMethods({ command: "test", tasks: ["tracr-reverse"], prompts: 6 });
    expect(report.results.map(({ tasks }) => tasks.length)).toEqual(TABLED.map(() => 1));
    const of = (name: string) => report.results.find((result) => result.name === name)!.tasks[0]!;
    for (const name of ["edge-attribution", "eap-ig-inputs", "ceap", "relp", "exact", "acdc"]) {
      expect(of(name)).toMatchObject({ auroc: 1, trueEdges: 2, edgesNeeded: 2 });
    }
    expect(of("random").auroc).toBeLessThan(0.9);
    expect(of("random").edgesNeeded).toBeGreaterThan(2);
    expect(of("eap-ig-inputs").jaccard).toBe(1);
    expect(of("acdc").jaccard).toBe(null);
    const table = methodsTable(report);
    expect(table).toContain("tracr-reverse (2 of 77)");
    expect(table.split("\n").filter((line) => line.startsWith("| "))).toHaveLength(TABLED.length + 2);
  }, 120_000);

  it("stands in the docs, made by the command and dated", () => {
    const page = readFileSync(join(PROJECT, "docs", "methods.md"), "utf8");
    const [, made] = /<!-- methods:begin -->\n([\s\S]*)<!-- methods:end -->/.exec(page)!;
    expect(made).toMatch(/^\d{4}-\d\d-\d\d, .* \(`npm run bench -- methods --docs/);
    for (const { algorithm, name = algorithm } of TABLED) expect(made).toContain(`| ${name} `);
  });
});
