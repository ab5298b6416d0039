import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSpanScores } from "@autocircuit/discovery";
import { afterAll, describe, expect, it, vi } from "vitest";
import { root } from "../../../test/command-lines.ts";
import { writeOverflowModel } from "../../../test/overflow-model.ts";
import { run, smallGpt2 } from "../../../test/run-program.ts";
import type { SpanResult } from "./span-result.ts";

const folder = mkdtempSync(join(tmpdir(), "spans-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const example = join(root, "docs/examples/tracr-reverse-spans.json");

const refused = async (message: RegExp, ...args: string[]) => {
  const { code, err } = await run(["discover", ...args]);
  expect(err).toMatch(message);
  expect(code).toBe(2);
};

describe("discover --spans", () => {
  it("finds in tracr-reverse what turns sequences around: values carried between the halves", async () => {
    const [out, json] = [at("reverse"), at("reverse.json")];
    const finished = await run([
      ...["discover", "tracr-reverse", "--spans", example, "--size", "9", "--out", out, "--json", json],
    ]);
    expect(finished.err).toBe("");
    expect(finished.code).toBe(0);
    const result = JSON.parse(readFileSync(json, "utf8")) as SpanResult;
    expect(result).toMatchObject({ task: "tracr-reverse", algorithm: "eap-ig-inputs", edgeCount: 77 * 4 });
    expect(result.spans).toEqual(["start", "first half", "middle", "second half"]);
    expect(result.options).toMatchObject({ aggregation: "sum", ablation: "resample", size: 9 });
    const inside = ["first half", "middle", "second half"];
    expect(result.circuit.map(({ edge, span }) => `${edge} ${span}`).toSorted()).toEqual(
      ["A3.0->Resid End", "Resid Start->A3.0.V"].flatMap((edge) => inside.map((span) => `${edge} ${span}`)),
    );
    expect(result.crossing!.map(({ input, from, to }) => [input, from, to].join(" ")).toSorted()).toEqual([
      "A3.0.V first half second half",
      "A3.0.V middle middle",
      "A3.0.V second half first half",
    ]);
    expect(result.divergence.circuit).toBeLessThan(1e-6);
    expect(finished.out).toMatch(/span +score/);
    expect(finished.out).toMatch(/A3\.0\.V +second half +first half/);
    expect(finished.out).toMatch(/6 of 308 edges in 4 spans, 3 of \d+ inside heads/);
    expect(readdirSync(out).toSorted()).toEqual(["circuit.svg", "report.html", "span-scores.safetensors"]);
    const html = readFileSync(join(out, "report.html"), "utf8");
    expect(html).toContain("Edges inside heads, from span to span");
    expect(html).toContain("over 4 spans");
    const scores = await loadSpanScores(join(out, "span-scores.safetensors"));
    expect(scores.crossing!.get("A3.0.V", "second half", "first half")).toBe(
      Math.fround(result.crossing!.find(({ from }) => from === "second half")!.score),
    );
  });

  it("writes a circuit that no command takes for one without spans", async () => {
    const [out, json] = [at("four"), at("four.json")];
    const found = ["--spans", example, "--size", "4", "--out", out, "--json", json];
    expect((await run(["discover", "tracr-reverse", ...found])).code).toBe(0);
    const { circuit } = JSON.parse(readFileSync(json, "utf8")) as SpanResult;
    writeFileSync(at("entries.json"), JSON.stringify(circuit));
    const other = ["--out", at("plain"), "--json", at("plain.json"), "--curve", "none"];
    expect((await run(["discover", "tracr-reverse", ...other])).code).toBe(0);
    await writeOverflowModel(at("any-model"), 1);
    writeFileSync(
      at("any.json"),
      JSON.stringify({ prompts: [{ clean: [1], corrupt: [2], answers: [0], wrong_answers: [] }] }),
    );
    const own = ["--model", at("any-model"), "--prompts", at("any.json")];
    for (const args of [
      ["test", json, "--tests", "equivalence,sufficiency"],
      ["test", at("entries.json"), "--task", "tracr-reverse"],
      ["test", at("plain.json"), ...own, "--cross", json, "--cross-prompts", at("any.json")],
      ["patch", ...own, "--edges", json],
      ["studio", "tracr-reverse", "--no-open", "--circuit", json],
    ]) {
      const { code, err } = await run(args);
      expect(err, args.join(" ")).toMatch(
        /(four|entries)\.json is a circuit over spans.*are of circuits without spans/,
      );
      expect(code).toBe(2);
    }
  });

  it("takes spans of each prompt, in the order of the file, from JSON and PEAP's tables, of prompts of unequal length", async () => {
    await writeOverflowModel(at("model"), 1);
    const lengths = [4, 5, 6, 4, 5, 6, 6, 5];
    const prompts = lengths.map((length, row) => ({
      clean: Array.from({ length }, (_, i) => (row + i) % 7),
      corrupt: Array.from({ length }, (_, i) => (row + 2 * i + 1) % 7),
      answers: [1],
      wrong_answers: [2],
    }));
    writeFileSync(at("prompts.json"), JSON.stringify({ prompts }));
    const spans = lengths.map((length) => ({ start: [0, 1], subject: [1, length - 2], rest: [length - 2, null] }));
    writeFileSync(at("spans.json"), JSON.stringify({ spans }));
    const rows = lengths.map((length, row) => `${row},"a, b",1,${length - 2},${length},x`);
    writeFileSync(at("spans.csv"), [",prompt,subject,rest,length,label", ...rows].join("\n"));
    const results = await Promise.all(
      ["spans.json", "spans.csv"].map(async (file) => {
        const json = at(`${file}.result.json`);
        const finished = await run([
          ...["discover", "--model", at("model"), "--prompts", at("prompts.json"), "--spans", at(file), "--size", "20"],
          ...["--algorithm", "eap", "--aggregation", "max-abs", "--out", at(`${file}-out`), "--json", json],
        ]);
        expect(finished.err).toBe("");
        return JSON.parse(readFileSync(json, "utf8")) as SpanResult;
      }),
    );
    expect(results[0]!.spans).toEqual(["start", "subject", "rest"]);
    expect(results[0]!.circuit.length + results[0]!.crossing!.length).toBe(20);
    expect(results[1]!.circuit).toEqual(results[0]!.circuit);
    expect(results[1]!.crossing).toEqual(results[0]!.crossing);
  });

  it("says what is wrong with spans", async () => {
    const spans = (name: string, content: unknown) => {
      writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));
      return ["tracr-reverse", "--size", "3", "--out", at("none"), "--spans", at(name)];
    };
    await refused(/"a" and "b" overlap at token 1/, ...spans("a.json", { spans: { a: [0, 2], b: [1, 6] } }));
    await refused(/no span has token 0 of 6/, ...spans("b.json", { spans: { a: [1, 6] } }));
    await refused(/has 6 tokens/, ...spans("c.json", { spans: { a: [0, 9] } }));
    await refused(/it should be \{"spans"/, ...spans("d.json", { spans: { a: [0] } }));
    await refused(/it is not JSON/, ...spans("e.json", "spans"));
    await refused(/spans of 1 prompts, and none is of/, ...spans("f.json", { spans: [{ a: [0, 6] }] }));
    await refused(/columns should be `prompt`/, ...spans("g.csv", "a,b\n1,2\n"));
    await refused(/row 1: `a` is "x"/, ...spans("h.csv", "prompt,a,length\np,x,6\n"));
    await refused(/no-such\.json/, "tracr-reverse", "--spans", at("no-such.json"), "--size", "3");
  });

  it("scores nothing where later prompts have no spans, or the size is more than there is", async () => {
    const pair = (i: number) => ({
      clean: [3 + i, 17, 42],
      corrupt: [5, 18 + i, 42],
      answers: [4],
      wrong_answers: [9],
    });
    writeFileSync(at("four.json"), JSON.stringify({ prompts: Array.from({ length: 4 }, (_, i) => pair(i)) }));
    writeFileSync(at("three.json"), JSON.stringify({ spans: Array.from({ length: 3 }, () => ({ a: [0, null] })) }));
    const own = ["--model", smallGpt2, "--prompts", at("four.json"), "--spans", at("three.json"), "--algorithm", "eap"];
    const shown = vi.spyOn(process.stderr, "write");
    try {
      await refused(/spans of 3 prompts, and none is of/, ...own, "--size", "3", "--out", at("none"));
      const large = ["tracr-reverse", "--spans", example, "--size", "9999", "--out", at("none")];
      await refused(/--size 9999 is more than there is over these spans: give at most \d+\.$/m, ...large);
      expect(shown.mock.calls.join()).not.toMatch(/edges in spans/);
      await found("shown", "--size", "3", "--algorithm", "eap");
      expect(shown.mock.calls.join()).toMatch(/edges in spans/);
    } finally {
      shown.mockRestore();
    }
  });

  it("takes edge attribution by either of its names", async () => {
    const [first, second] = await Promise.all(
      ["eap", "edge-attribution"].map(async (algorithm) => {
        const files = ["--out", at(algorithm), "--json", at(`${algorithm}.json`)];
        const how = ["--spans", example, "--size", "9", "--algorithm", algorithm];
        expect((await run(["discover", "tracr-reverse", ...how, ...files])).err).toBe("");
        const { algorithm: name, circuit } = JSON.parse(readFileSync(at(`${algorithm}.json`), "utf8")) as SpanResult;
        return { name, circuit };
      }),
    );
    expect(second).toEqual(first);
  });

  const found = async (name: string, ...how: string[]) => {
    const files = ["--out", at(name), "--json", at(`${name}.json`)];
    const { code, err, out } = await run(["discover", "tracr-reverse", "--spans", example, ...how, ...files]);
    expect([code, err]).toEqual([0, ""]);
    return { out, result: JSON.parse(readFileSync(at(`${name}.json`), "utf8")) as SpanResult };
  };

  it("gives an algorithm its options, within and across spans", async () => {
    const path = ["--algorithm", "eap-ig-inputs", "--size", "12"];
    const [usual, one] = [
      await found("usual", ...path),
      await found("one", ...path, "--set", "steps=1", "--set", "gradFunction=prob"),
    ];
    expect(one.result.options).toMatchObject({ steps: 1, gradFunction: "prob" });
    expect(one.result.circuit[0]!.score).not.toBe(usual.result.circuit[0]!.score);
    const saved = await loadSpanScores(at("one/span-scores.safetensors"));
    expect(saved.crossing!.info.options).toMatchObject({ steps: 1, gradFunction: "prob" });
    expect(saved.info.options).toMatchObject({ algorithm: "eap-ig-inputs", steps: 1, gradFunction: "prob" });
  });

  it.each(["relp", "eap-gp", "eap-ig-activations"])("%s scores edges inside heads too", async (algorithm) => {
    const { result } = await found(algorithm, "--algorithm", algorithm, "--size", "6");
    expect(result.crossingCount).toBe(3 * 4 * 4 ** 2);
    expect(result.notes.join()).not.toMatch(/inside heads/);
  });

  it.each([
    ["exact", [], "it takes no gradients"],
    ["information-flow-routes", [], "it takes no gradients"],
    ["ceap", [], "it follows outputs step by step"],
    ["relp", ["--set", "attention=true"], "with `attention` it holds patterns constant"],
  ])("%s %s scores edges in spans, and says that those inside heads all stay, and why", async (algorithm, set, why) => {
    const { out, result } = await found(algorithm, "--algorithm", algorithm, ...set, "--size", "6");
    expect(result).toMatchObject({ algorithm, crossing: null, crossingCount: null });
    expect(result.circuit).toHaveLength(6);
    const note = new RegExp(`Edges inside heads have no scores by ${algorithm}: ${why}.* All of them stay`);
    expect(result.notes.join()).toMatch(note);
    expect(out).not.toMatch(/inside heads$/m);
    if (algorithm !== "exact") return;
    // Values come into the head in all spans but the first, and go on from there.
    const names = new Set(result.circuit.map(({ edge }) => edge));
    expect(names).toEqual(new Set(["A3.0->Resid End", "Resid Start->A3.0.V"]));
  });

  it("says which options cannot work with spans", async () => {
    const on = ["tracr-reverse", "--spans", example];
    await refused(/give --size/, ...on);
    await refused(/--by-token cannot work with --spans: spans take the place/, ...on, "--size", "3", "--by-token");
    await refused(/--keep cannot work with --spans/, ...on, "--keep", "0.9");
    await refused(/--algorithm acdc cannot work with --spans. There are: ceap, .*relp/, ...on, "--algorithm", "acdc");
    await refused(/--select exact cannot work/, ...on, "--size", "3", "--select", "exact");
    await refused(/--size 20% cannot work with --spans/, ...on, "--size", "20%");
    await refused(/--rank cannot work/, ...on, "--size", "3", "--rank", "signed");
    const set = (value: string, ...how: string[]) => [...on, "--size", "3", "--set", value, ...how];
    await refused(/eap-ig-inputs has no option "stepz"/, ...set("stepz=3"));
    await refused(/steps takes a whole number, not "x"/, ...set("steps=x"));
    await refused(/--set ablateFrom cannot work with --spans/, ...set("ablateFrom=clean", "--algorithm", "eap"));
    await refused(
      /mean-of-methods cannot work with --spans: prompts of each length .* There are: ceap, .*relp\.$/m,
      ...on,
      "--algorithm",
      "mean-of-methods",
    );
    await refused(/give --spans too/, "tracr-reverse", "--aggregation", "sum");
    await refused(/is a mean for each position/, ...on, "--size", "3", "--ablation", "tokenwise-mean-clean");
  });
});
