import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tasks } from "@autocircuit/circuits";
import { PromptLoader } from "@autocircuit/core";
import { afterAll, describe, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";
import { requireTestPrompts } from "./require-test-prompts.ts";
import type { DiscoverResult } from "./result.ts";

const folder = mkdtempSync(join(tmpdir(), "bootstrap-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const json = () => JSON.parse(readFileSync(at("out.json"), "utf8")) as DiscoverResult;
// What this task's circuits are chosen by is no rounding: three scores, and with integrated gradients seven, on any processor.
const discover = (...how: string[]) =>
  run(["discover", "tracr-sort", "--out", at("out"), "--json", at("out.json"), "--curve", "none", ...how]);

describe("how sure a circuit is", () => {
  it("methods of attribution say it by default, in the result, on the screen and in the report", async () => {
    const { code, out } = await discover("--algorithm", "eap-ig-inputs", "--size", "3");
    expect(code).toBe(0);
    const { bootstrap, circuit, options, tests } = json();
    expect(bootstrap).toMatchObject({ resamples: 200, size: circuit.length, stable: true });
    expect(tests).toBe(null);
    expect(options).not.toHaveProperty("onPrompt");
    for (const { score, interval, frequency } of circuit.filter((edge) => edge.score !== 0)) {
      expect(interval![0]).toBeLessThanOrEqual(score);
      expect(interval![1]).toBeGreaterThanOrEqual(score);
      expect(frequency).toBeGreaterThan(0.9);
    }
    expect(out).toContain("on average (Jaccard index; stable from 0.8)");
    const page = readFileSync(at("out/report.html"), "utf8");
    expect(page).toContain("How stable the circuit is");
    expect(page).toContain("95 % interval");
    expect(page).toContain('class="whisker"');
  });

  it("says nothing of the whole graph", async () => {
    const { out } = await discover("--algorithm", "eap-ig-inputs", "--size", "10");
    const { circuit, edgeCount, bootstrap } = json();
    expect(circuit).toHaveLength(edgeCount);
    const reason = "it is the whole graph, and there is no other circuit of its size";
    expect(bootstrap).toMatchObject({ stable: null, reason, notes: [] });
    expect(out).toContain(`How stable the circuit is cannot be said: ${reason}. Sizes that are stable: 3, 6.`);
    expect(out).not.toContain("would give mostly the same edges");
    expect(readFileSync(at("out/report.html"), "utf8")).toContain(reason);
  });

  it("says nothing where edges of score 0 fill the circuit, and draws no curve where no size can be judged", async () => {
    const filled = async (...how: string[]) => {
      const where = ["--out", at("filled"), "--json", at("out.json"), "--curve", "none"];
      return run(["discover", "tracr-reverse", "--algorithm", "eap-ig-inputs", "--select", "greedy", ...how, ...where]);
    };
    const { out } = await filled("--size", "70");
    const reason = "only 2 edges have a score other than 0, and edges of score 0 fill the other 68 of 70 places";
    expect(json().bootstrap).toMatchObject({ size: 70, stable: null, reason });
    expect(out).toContain(`of the 70 edges of largest score is cannot be said: ${reason}.`);
    expect(readFileSync(at("filled/report.html"), "utf8")).not.toContain("mean Jaccard index");
  });

  it("says on the screen and in the report where options leave nothing to draw from", async () => {
    const { out } = await discover("--algorithm", "mean-of-methods", "--set", "normalise=rank", "--size", "1");
    const line = "How stable the circuit is was not measured: ranks of single prompts do not add up to those of all.";
    expect(json()).toMatchObject({ bootstrap: null, notes: expect.arrayContaining([line]) });
    expect(out).toContain(line);
    expect(out).toMatch(/^1 edge found/m);
    expect(readFileSync(at("out/report.html"), "utf8")).toContain(line);
    const none = await discover("--algorithm", "acdc");
    expect(none.out).not.toContain("How stable");
  });

  it("says that few prompts are few", async () => {
    const pair = (i: number) => ({ clean: [3 + i, 17], corrupt: [5, 18 + i], answers: [4], wrong_answers: [9] });
    writeFileSync(at("few.json"), JSON.stringify({ prompts: [0, 1, 2, 3].map(pair) }));
    const own = ["--model", smallGpt2, "--prompts", at("few.json"), "--batch-size", "2", "--batch-count", "1,1"];
    const where = ["--out", at("few"), "--json", at("out.json"), "--curve", "none"];
    const { out } = await run(["discover", ...own, "--algorithm", "eap-ig-inputs", "--size", "4", ...where]);
    expect(out).toContain("2 prompts are few: drawn again they say little");
    expect(out).toContain("How stable the circuit is cannot be said: 2 distinct prompts are too few");
    expect(json().bootstrap!.notes).toEqual([
      expect.stringMatching(/^2 prompts are few/),
      expect.stringMatching(/^Intervals of fewer than 8 prompts are too narrow/),
    ]);
    expect(readFileSync(at("few/report.html"), "utf8")).toContain("Intervals of fewer than 8 prompts are too narrow");
  });

  it("says how many prompts are distinct, and counts those", async () => {
    const pair = (i: number) => ({ clean: [3 + i, 17], corrupt: [5, 18 + i], answers: [4], wrong_answers: [9] });
    const six = [0, 1, 2, 3, 4, 5].map(pair);
    writeFileSync(at("again.json"), JSON.stringify({ prompts: [six, six, six, six, six, six].flat() }));
    const own = ["--model", smallGpt2, "--prompts", at("again.json"), "--batch-size", "6", "--batch-count", "4,2"];
    const where = ["--out", at("again"), "--json", at("out.json"), "--curve", "none", "--test"];
    const { out } = await run(["discover", ...own, "--algorithm", "eap-ig-inputs", "--size", "4", ...where]);
    const { bootstrap, tests } = json();
    expect(bootstrap!.promptCount).toBe(24);
    expect(bootstrap!.distinct).toBeLessThanOrEqual(6);
    expect(out).toContain(
      `Of the 24 prompts ${bootstrap!.distinct} are distinct: those that are the same are drawn as one.`,
    );
    expect(tests!.notes).toContain(`of the 12 prompts ${tests!.distinct} are distinct: the tests count each once.`);
  });

  it("says whose figures these are where edges were selected otherwise", async () => {
    const { out } = await discover("--algorithm", "eap-ig-inputs", "--size", "3", "--select", "exact");
    const { bootstrap, circuit } = json();
    expect(bootstrap!.size).toBe(circuit.length);
    if (bootstrap!.shared < circuit.length)
      expect(out).toContain(`was selected otherwise and has ${bootstrap!.shared} of these edges`);
    await discover("--algorithm", "eap-ig-inputs", "--size", "6");
    expect(json().bootstrap!.shared).toBe(json().circuit.length);
  });

  it("says it of signed choices where edges are chosen by signed scores", async () => {
    const prompts = Array.from({ length: 24 }, (_, i) => ({
      ...{ clean: [1, 2, 3 + i], corrupt: [4, 5, 6 + i], answers: [i], wrong_answers: [i + 1] },
    }));
    writeFileSync(at("signed.json"), JSON.stringify({ prompts }));
    const own = ["--model", smallGpt2, "--prompts", at("signed.json"), "--algorithm", "eap", "--size", "8"];
    const where = ["--out", at("signed"), "--json", at("out.json"), "--curve", "none"];
    const { code, out } = await run(["discover", ...own, ...where, "--rank", "signed"]);
    expect(code).toBe(0);
    const { bootstrap, circuit } = json();
    expect(bootstrap).toMatchObject({ size: 8, shared: 8 });
    expect(out).not.toContain("was selected otherwise");
    expect(circuit.every(({ score }) => score > 0)).toBe(true);
    expect(circuit[0]!.frequency).toBeGreaterThan(0.5);
    const points = bootstrap!.points;
    await run(["discover", ...own, ...where]);
    expect(json().circuit.some(({ score }) => score < 0)).toBe(true);
    expect(json().bootstrap!.points).not.toEqual(points);
  });

  it("refuses at once what cannot be done with the scores", async () => {
    const cases: [{ code: number; err: string }, RegExp][] = [
      [await discover("--algorithm", "relp", "--size", "3", "--by-token", "--select", "exact"), /leave --by-token out/],
      [await discover("--algorithm", "relp", "--size", "0", "--select", "exact"), /at least one edge/],
      [
        await discover("--algorithm", "relp", "--size", "0", "--bootstrap", "200"),
        /without edges has nothing to be sure of/,
      ],
    ];
    for (const [{ code, err }, fault] of cases) {
      expect(code).toBe(2);
      expect(err).toMatch(fault);
    }
  });

  it("tests need two prompts to measure on", async () => {
    await using task = await tasks["tracr-hist"]!.load();
    const [pair] = task.test.prompts;
    const test = new PromptLoader([pair!], { batchSize: 1 });
    expect(() => requireTestPrompts({ test: true }, { test })).toThrow(/and there is one to measure on/);
    expect(() => requireTestPrompts({ test: false }, { test })).not.toThrow();
  });

  it("as many resamples as asked for, none with 0, and the same edges either way", async () => {
    await discover("--algorithm", "relp", "--size", "6", "--bootstrap", "120");
    const { bootstrap, circuit } = json();
    expect(bootstrap!.resamples).toBe(120);
    await discover("--algorithm", "relp", "--size", "6", "--bootstrap", "0");
    const plain = json();
    expect(plain.bootstrap).toBe(null);
    expect(plain.circuit.map(({ edge }) => edge)).toEqual(circuit.map(({ edge }) => edge));
    for (const [i, { score, interval }] of plain.circuit.entries()) {
      expect(score).toBeCloseTo(circuit[i]!.score, 4);
      expect(interval).toBe(undefined);
    }
  });

  it("--test puts the verdicts into result, screen and report", async () => {
    const { out } = await discover("--algorithm", "edge-attribution", "--size", "3", "--test");
    expect(json().tests!.verdicts).toHaveLength(5);
    expect(out).toMatch(/^passed +sufficiency: Sufficient/m);
    expect(readFileSync(at("out/report.html"), "utf8")).toContain("Tests of the circuit");
    expect(json().tests!.notes).toEqual([]);
  });

  it.each([
    [
      "an algorithm without scores of single prompts",
      ["--algorithm", "acdc"],
      /acdc gives no scores of single prompts/,
    ],
    [
      "a search for few edges",
      ["--algorithm", "relp", "--keep", "1"],
      /search for few edges .* has no scores of single prompts; give --size/,
    ],
    ["ranks", ["--algorithm", "mean-of-methods", "--set", "normalise=rank"], /do not add up/],
  ])("refuses %s", async (_, how, message) => {
    const { code, err } = await discover(...how, "--bootstrap", "200");
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it("lists no function of answers where KL looks at none", async () => {
    const how = ["--algorithm", "eap-ig-inputs", "--set", "loss=kl-div", "--set", "steps=2", "--size", "6"];
    expect((await discover(...how)).code).toBe(0);
    expect(json().options).toMatchObject({ loss: "kl-div", steps: 2 });
    expect(Object.keys(json().options).filter((name) => name.endsWith("Function"))).toEqual([]);
  });

  it("refuses too few resamples, steps 0 and an unknown method by name", async () => {
    const few = await discover("--algorithm", "relp", "--bootstrap", "20");
    expect([few.code, few.err]).toEqual([2, expect.stringMatching(/at least 100/)]);
    const steps = await discover("--algorithm", "eap-ig-inputs", "--set", "steps=0");
    expect([steps.code, steps.err]).toEqual([2, expect.stringMatching(/--steps must be/)]);
    const many = await discover("--algorithm", "eap-ig-inputs", "--set", "steps=1e9");
    expect([many.code, many.err]).toEqual([2, expect.stringMatching(/--steps must be a whole number from 1 to 10000/)]);
    const wrong = await discover("--algorithm", "mean-of-methods", "--set", "algorithms=relp,eap-ig-input");
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/Did you mean eap-ig-inputs/)]);
    const gradients = ["--algorithm", "eap-ig-inputs", "--set", "loss=kl-div"];
    for (const idle of [
      ["--grad-function", "prob"],
      ["--set", "answerFunction=mean-squared-error"],
    ]) {
      const { code, err } = await discover(...gradients, ...idle);
      expect([code, err]).toEqual([2, expect.stringMatching(/does nothing with --set loss=kl-div/)]);
    }
    const twice = await discover(...gradients, "--set", "loss=answers");
    expect([twice.code, twice.err]).toEqual([2, expect.stringMatching(/loss is given twice/)]);
    const zero = await discover("--algorithm", "edge-attribution", "--set", "loss=kl-div");
    expect([zero.code, zero.err]).toEqual([2, expect.stringMatching(/zero by construction/)]);
  });
});
