import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { circuitTestNames } from "@autocircuit/metrics";
import { describe, expect, it } from "vitest";
import { PROJECT } from "../docs/kept-reports.ts";
import type { MethodOnModel } from "./measure-trained.ts";
import { methodsTable } from "./methods-table.ts";
import type { TabledMethod } from "./run-method.ts";
import { runMethods, TABLED } from "./run-methods.ts";
import { methodsFor, nameOf, runTrained, type TrainedResult } from "./run-trained.ts";
import { trainedTable } from "./trained-table.ts";

describe("the table of methods", () => {
  it("has a row for each method; those that know the task find a compiled circuit, and random scores do not", async () => {
    const report = await runMethods({ command: "test", tasks: ["tracr-reverse"], promptCount: 6 });
    expect(report.results.map(({ tasks }) => tasks.length)).toEqual(TABLED.map(() => 1));
    const of = (name: string) => report.results.find((result) => result.name === name)!.tasks[0]!;
    for (const name of ["edge-attribution", "eap-ig-inputs", "ceap", "relp", "exact", "acdc"]) {
      expect(of(name)).toMatchObject({ auroc: 1, knownEdgeCount: 2, edgesNeeded: 2 });
    }
    expect(of("random").auroc).toBeLessThan(0.9);
    expect(of("random").edgesNeeded).toBeGreaterThan(2);
    expect(of("eap-ig-inputs").jaccard).toBe(1);
    expect(of("acdc").jaccard).toBe(null);
    const table = methodsTable(report);
    expect(table).toContain("tracr-reverse (2 of 77)");
    expect(table.split("\n").filter((line) => line.startsWith("| "))).toHaveLength(TABLED.length + 2);
  }, 120_000);

  const models = join(PROJECT, "..", "shared", "models");
  it.skipIf(!existsSync(models))(
    "of trained models too (skipped where they are absent)",
    async () => {
      const methods: TabledMethod[] = [{ algorithm: "eap-ig-inputs" }, { algorithm: "acdc" }, { algorithm: "random" }];
      const named = join(models, "sorted-list");
      const report = await runTrained({ command: "test", models: [named], promptCount: 8, methods });
      const [{ edgeCount, methods: found }] = report.results as [TrainedResult];
      expect(found.map(({ name }) => name)).toEqual(methods.map(({ algorithm }) => algorithm));
      const [integrated, acdc, random] = found as [MethodOnModel, MethodOnModel, MethodOnModel];
      expect(integrated.size).toBeLessThan(random.size);
      expect(acdc.size).toBeLessThanOrEqual(edgeCount);
      expect(integrated.jaccard).toBeGreaterThan(0.5);
      expect(random.jaccard).toBe(null);
      expect(Object.keys(integrated.tests)).toEqual([...circuitTestNames]);
      expect(trainedTable(report)).toContain("**sorted-list**: 9 edges, 8 prompts");
      const brief = await runTrained({ command: "test", models: [named], promptCount: 8, methods, minutes: 1e-6 });
      expect(brief.results[0]).toMatchObject({ methods: [], leftOut: ["eap-ig-inputs", "acdc", "random"] });
      expect(trainedTable(brief)).toContain("Left out for want of time: eap-ig-inputs, acdc, random.");
    },
    120_000,
  );

  it("on large graphs leaves out what runs the model for each edge, and what another method stands for", () => {
    const left = (edgeCount: number) => methodsFor({ edgeCount }, TABLED).map(nameOf);
    expect(left(52)).toEqual(TABLED.map(nameOf));
    expect(left(70_651)).toEqual([
      ...["edge-attribution", "eap-ig-inputs", "clean-corrupted", "ceap", "eap-gp", "relp"],
      "mean-of-methods without eap-ig-activations",
      ...["mask-gradient, 5 steps", "information-flow-routes", "edge-pruning, warm start", "ugs", "random"],
    ]);
  });

  it("on large graphs trains briefly, and takes the mean of what is not left out", () => {
    const there = (name: string) =>
      methodsFor({ edgeCount: 70_651 }, TABLED).find((method) => nameOf(method) === name)!;
    expect(there("edge-pruning, warm start").options).toEqual({ warmStart: "eap-ig-inputs", epochs: 20 });
    expect(there("mean-of-methods without eap-ig-activations").options).toEqual({
      algorithms: ["edge-attribution", "eap-ig-inputs"],
    });
    expect(there("relp").options).toEqual({});
  });

  it("a model or prompts that are not there are named", async () => {
    const run = (name: string) => runTrained({ command: "test", models: [name] });
    await expect(run("no-such-model")).rejects.toThrow(/no no-such-model\. Give MODEL or MODEL,PROMPTS/);
    await expect(run(`${PROJECT},no-such-file.json`)).rejects.toThrow(/no no-such-file\.json/);
  });

  it("stands in the docs, made by the command and dated", () => {
    const page = readFileSync(join(PROJECT, "docs", "methods.md"), "utf8");
    const [, made] = /<!-- methods:begin -->\n([\s\S]*)<!-- methods:end -->/.exec(page)!;
    expect(made).toMatch(/^\d{4}-\d\d-\d\d, .* \(`npm run bench -- methods --docs/);
    for (const { algorithm, name = algorithm } of TABLED) expect(made).toContain(`| ${name} `);
    const [, trained] = /<!-- trained:begin -->\n([\s\S]*)<!-- trained:end -->/.exec(page)!;
    expect(trained).toMatch(/^\d{4}-\d\d-\d\d, .* \(`npm run bench -- methods --on /);
    for (const model of ["sum", "sorted-list", "smollm2"]) expect(trained).toContain(`**${model}**: `);
  });
});
