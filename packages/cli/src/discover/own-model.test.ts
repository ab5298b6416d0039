import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tracrReversePrompts } from "@autocircuit/circuits";
import { PruneScores } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, smallGpt2, trainedModels } from "../../test/run-program.ts";
import type { DiscoverResult } from "./result.ts";

const folder = mkdtempSync(join(tmpdir(), "own-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const reverse = ["--model", at("reverse"), "--prompts", at("reverse.json"), "--output-slice", "not_first_seq"];

function writePrompts(name: string, prompts: readonly object[], more: object = {}): string {
  writeFileSync(at(name), JSON.stringify({ prompts, ...more }));
  return at(name);
}

async function discover(name: string, ...args: string[]) {
  const { code, out, err } = await run(["discover", ...args, "--out", at(name), "--json", at(`${name}-result.json`)]);
  expect([code, err.replace(/^[\w -]+: \d+ of \d+\n/gm, "")]).toEqual([0, ""]);
  const result = JSON.parse(readFileSync(at(`${name}-result.json`), "utf8")) as DiscoverResult;
  return { out, result, html: readFileSync(join(at(name), "report.html"), "utf8") };
}

const edgesOf = (result: DiscoverResult) => result.circuit.map(({ edge }) => edge).toSorted();

beforeAll(async () => {
  expect((await run(["compile", "reverse", "--out", at("reverse")])).code).toBe(0);
  writePrompts("reverse.json", tracrReversePrompts(), { seq_labels: ["BOS", "1", "2", "3", "4", "5"] });
});

describe("discover with one's own model and prompts", () => {
  it("tests the circuit, and says what so few prompts cannot show, as the command `test` does", async () => {
    const few = ["--batch-size", "4", "--batch-count", "6,1", "--curve", "none"];
    const how = ["--algorithm", "edge-attribution", "--size", "2", "--test"];
    const { out, result, html } = await discover("tested", ...reverse, ...few, ...how);
    const { promptCount, verdicts } = result.tests!;
    expect(promptCount).toBe(4);
    const undecided = verdicts.filter(({ passed }) => passed === null);
    expect(undecided.map(({ test }) => test)).toEqual([
      "equivalence",
      "independence",
      "minimality",
      "sufficiency",
      "partial-necessity",
    ]);
    for (const shown of [out, html]) for (const { text } of undecided) expect(shown).toContain(text);
  });

  it("finds what no threshold removes, and compares with nothing", async () => {
    const { out, result, html } = await discover("acdc", ...reverse, "--batch-size", "40");
    expect(out).toContain(
      "243 pairs of 6 tokens; 120 (3 x 40) to discover with, 120 (3 x 40) to measure on, 3 not used",
    );
    expect(out).toMatch(/memory: a run of 40 prompts of 6 tokens, 8 circuits at once, needs about .* are free/);
    expect(result).toMatchObject({
      task: "reverse",
      prompts: "reverse",
      algorithm: "acdc",
      known: null,
      keep: null,
      edgeCount: 77,
    });
    expect(result.divergence.knownCircuit).toBeNull();
    expect(edgesOf(result)).toEqual(["A3.0->Resid End", "Resid Start->A3.0.V"]);
    expect(html).toContain("Found a circuit of 2 edges of 77");
    expect(html).not.toContain("ublished");
  });

  it("keeps 99 % of the answers where nothing says how large the circuit should be", async () => {
    const { result, html, out } = await discover("keep", ...reverse, "--algorithm", "edge-attribution");
    expect(result.keep).toMatchObject({ asked: 0.99, answers: 1200, from: "edge-attribution" });
    expect(edgesOf(result)).toEqual(["A3.0->Resid End", "Resid Start->A3.0.V"]);
    expect(out).toContain("Keeps 100 % of 1,200 answers with 2 of 77 edges");
    expect(html).toContain("answers kept (%)");
    expect(readdirSync(at("keep")).toSorted()).toEqual([
      "circuit.svg",
      "report.html",
      "scores-edge-attribution.safetensors",
      "scores.safetensors",
    ]);
    const scores = await PruneScores.load(join(at("keep"), "scores.safetensors"));
    expect([...scores.circuit(2)].map(({ name }) => name).toSorted()).toEqual(edgesOf(result));
  });

  it("by token, with labels, and shared inputs", async () => {
    const { result, html } = await discover("token", ...reverse, "--by-token", "--no-separate-qkv", "--size", "10");
    expect(new Set(result.circuit.map(({ token }) => token)).size).toBeGreaterThan(1);
    expect(result.circuit.length).toBeGreaterThanOrEqual(10);
    expect(html).toContain("0: BOS");
    for (const flag of ["--by-token", "--no-separate-qkv"]) expect(html).toContain(` ${flag} `);
  });

  it("patches nodes, in float64, with several files", async () => {
    const prompts = tracrReversePrompts();
    const files = [writePrompts("a.json", prompts.slice(0, 50)), writePrompts("b.json", prompts.slice(50, 90))];
    const args = ["--model", at("reverse"), "--prompts", ...files, "--output-slice", "-1", "--no-factorized"];
    const last = prompts.slice(0, 90).map((prompt) => ({
      ...prompt,
      // By position, where the answers of a pair's prompts may be the same.
      answers: [prompt.answers.at(-1)!],
      wrong_answers: [prompt.wrong_answers.at(-1)!],
    }));
    writePrompts("a.json", last.slice(0, 50));
    writePrompts("b.json", last.slice(50));
    const { out, result } = await discover("nodes", ...args, "--dtype", "float64", "--batch-count", "2,1");
    expect(out).toContain("90 pairs of 6 tokens; 60 (2 x 30) to discover with, 30 (1 x 30) to measure on");
    expect(edgesOf(result)).toContain("A3.0->Resid Mid 3");
  });

  it("takes a position from the front, weight processing, and only prompts of one length", async () => {
    const prompts = Array.from({ length: 24 }, (_, i) => {
      const clean = [1, 2 + i, 3, ...(i % 4 === 0 ? [4] : [])];
      return { clean, corrupt: clean.map((id) => id + 1), answers: [5], wrong_answers: [6] };
    });
    const own = ["--model", smallGpt2, "--prompts", writePrompts("mixed.json", prompts), "--output-slice", "2"];
    const unequal = await run(["discover", ...own, "--by-token"]);
    expect(unequal.code).toBe(2);
    expect(unequal.err).toMatch(
      /have 3 to 4 tokens, but .* one length: `clean` of prompt 1 has 3, `clean` of prompt 0 has 4\. .*: --seq-len 3 takes 18 of 24 pairs/,
    );
    const rest = ["--algorithm", "edge-attribution", "--size", "9", "--processing"];
    const { out, result } = await discover("one", ...own, "--by-token", "--seq-len", "3", ...rest, "none");
    expect(out).toContain("prompts: 18 pairs of 3 tokens");
    const folded = await discover("folded", ...own, "--by-token", "--seq-len", "3", ...rest, "fold-ln,center-unembed");
    expect(folded.result.circuit).not.toEqual(result.circuit);
  });
});

describe("discover --keep", () => {
  it("finds exactly the two edges of tracr-reverse, from any start", async () => {
    const { result, out } = await discover("tracr", "tracr-reverse", "--keep", "1");
    expect(result.algorithm).toBe("fewest-edges");
    expect(edgesOf(result)).toEqual(["A3.0->Resid End", "Resid Start->A3.0.V"]);
    expect(result.keep).toMatchObject({
      asked: 1,
      promptCount: 243,
      outputs: 1215,
      answers: 1215,
      keptCount: 1215,
      keptShare: 1,
    });
    expect(result.keep!.starts.map(({ algorithm }) => algorithm)).toContain("acdc");
    expect(result.keep!.starts.every(({ size }) => size === 2)).toBe(true);
    expect(out).toContain("Found exactly: all 2 known edges, and no other; keeps 100 % of 1,215 answers with 2 edges");
  });

  it("has no meaning for numbers", async () => {
    const { code, err } = await run(["discover", "tracr-xproportion", "--keep", "0.9", "--out", at("number")]);
    expect(code).toBe(2);
    expect(err).toContain("give --size");
    expect(existsSync(at("number"))).toBe(false);
  });
});

describe.skipIf(!existsSync(trainedModels))("trained models (need ../shared/models)", () => {
  const trained = (name: string) => join(trainedModels, name);

  it("sorted-list keeps 99 % of its answers with three edges, the fewest there are", async () => {
    const own = ["--model", trained("sorted-list"), "--prompts", join(trained("sorted-list"), "prompts.json")];
    const { result, html } = await discover("sorted", ...own, "--keep", "0.99");
    expect(result.keep!.answers).toBe(256);
    expect(result.keep!.keptShare).toBeGreaterThanOrEqual(0.99);
    expect(edgesOf(result)).toEqual(["A0.1->Resid End", "Resid Start->A0.1.K", "Resid Start->A0.1.V"]);
    expect(html).toContain("Keeps 99.6 % of 256 answers with 3 of 9 edges");
  });

  it("dreams-llama reads text, and every edge is attributed", async () => {
    const words: [string, string][] = [
      ["gradients", "unfold"],
      ["Neural", "whispers"],
      ["as I sense", "the"],
      ["Layers", "of"],
    ];
    const prompts = words.flatMap(([clean, answer]) =>
      words
        .filter(([corrupt]) => corrupt !== clean)
        .map(([corrupt, wrong]) => ({ clean, corrupt, answers: [answer], wrong_answers: [wrong] })),
    );
    const own = ["--model", trained("dreams-llama"), "--prompts", writePrompts("dreams.json", prompts)];
    const { out, result } = await discover("dreams", ...own, "--algorithm", "edge-attribution", "--size", "40");
    expect(out).toContain("12 pairs of 6 tokens");
    expect(result).toMatchObject({ edgeCount: 479, known: null, keep: null });
    const scores = await PruneScores.load(join(at("dreams"), "scores.safetensors"));
    expect(scores.values.every(Number.isFinite)).toBe(true);
    // A query at the first position attends to one token alone; all else matters a little at the least.
    expect(scores.values.filter((value) => value !== 0).length).toBeGreaterThan(400);
    const bare = await discover("bare", ...own, "--algorithm", "edge-attribution", "--size", "40", "--no-prepend-bos");
    expect(bare.out).toContain("12 pairs of 5 tokens");

    const several = writePrompts("several.json", [{ ...prompts[0], answers: ["kaleidoscope"] }, prompts[1]!]);
    const refused = await run([
      "discover",
      "--model",
      trained("dreams-llama"),
      "--prompts",
      several,
      "--out",
      at("no"),
    ]);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/several\.json: prompts\[0\]: `answers`: .*kaleidoscope/);
    expect(existsSync(at("no"))).toBe(false);
  });
});

describe("wrong input to discover", () => {
  const pair = { clean: [1, 2], corrupt: [1, 3], answers: [4], wrong_answers: [5] };

  it.each([
    { args: [], says: "a task (see autocircuit tasks), or --model FOLDER --prompts FILE" },
    { args: ["--prompts", at("reverse.json")], says: "or --model FOLDER for your own" },
    { args: ["--model", at("reverse")], says: "give prompts for it with --prompts" },
    { args: ["tracr-reverse", "--batch-size", "3"], says: "decides itself what --batch-size says" },
    { args: ["tracr-reverse", "--model", at("reverse")], says: "has its own model" },
    { args: ["ioi-component", "--model", smallGpt2], says: "ioi-component" },
    { args: ["tracr-reverse", "--no-prepend-bos"], says: "decides itself what --no-prepend-bos says" },
    { args: [...reverse, "--keep", "1.5"], says: "not a fraction" },
    { args: [...reverse, "--keep", "0"], says: "not a fraction" },
    { args: [...reverse, "--keep", "0.9", "--size", "3"], says: "either --size or --keep" },
    { args: [...reverse, "--keep", "0.9", "--taus", "0.1"], says: "name one with --algorithm" },
    {
      args: [...reverse, "--algorithm", "ground-truth"],
      says: "ground-truth starts from the edges of a known circuit, and reverse has none",
    },
    { args: [...reverse, "--tries", "3"], says: "give --keep too" },
    { args: [...reverse, "--known-circuit", "autocircuit"], says: "no circuit is known for reverse" },
    { args: [...reverse, "--output-slice", "last"], says: "Did you mean last_seq" },
    {
      args: [...reverse, "--output-slice", "6"],
      says: "outside the positions 0 to 5: give --output-slice one of these.",
    },
    { args: [...reverse, "--batch-count", "300,1"], says: "need 301 prompt pairs, there are 243" },
    { args: [...reverse, "--seq-len", "4"], says: "No prompt pair has 4 tokens. Most frequent are 6 tokens" },
    {
      args: [...reverse, "--no-factorized", "--no-separate-qkv"],
      says: "--no-factorized has no queries, keys and values: leave --no-separate-qkv out",
    },
    { args: [...reverse, "--no-factorized", "--ungrouped"], says: "leave --ungrouped out" },
    { args: [...reverse, "--processing", "none,fold-ln"], says: "either none, or steps" },
    { args: [...reverse, "--processing", "fold"], says: "Did you mean fold-ln" },
    { args: [...reverse, "--dtype", "float15"], says: "Did you mean float16" },
    { args: ["--model", folder, "--prompts", at("reverse.json")], says: "config.json" },
    { args: ["--model", at("reverse"), "--prompts", at("missing.json")], says: "no such file" },
  ])("$args", async ({ args, says }) => {
    const out = at("wrong");
    const { code, err } = await run(["discover", ...args, "--out", out, "--json", at("wrong.json")]);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(err).not.toMatch(/\n\s+at /);
    expect(existsSync(out) || existsSync(at("wrong.json"))).toBe(false);
  });

  it.each([
    [
      "text without a tokenizer",
      [{ ...pair, clean: "a", corrupt: "b" }],
      "given as text, but the model comes without a tokenizer",
    ],
    ["one pair", [pair], "At least 2 are needed"],
    ["an id outside the vocabulary", [{ ...pair, clean: [1, 99999] }, pair], "prompts[0]: `clean` has token id 99999"],
    ["no answers", [{ ...pair, answers: [] }, pair], "`answers` is empty"],
    [
      "a number where text is due",
      [{ ...pair, clean: 7 }, pair],
      "prompts[0]: `clean` should be a text or a list of token ids",
    ],
    ["no list of prompts", undefined, "not a data set"],
  ])("%s", async (name, prompts, says) => {
    const file = at(`${name.replaceAll(" ", "-")}.json`);
    writeFileSync(file, JSON.stringify({ prompts }));
    const { code, err } = await run(["discover", "--model", smallGpt2, "--prompts", file, "--out", at("wrong")]);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(existsSync(at("wrong"))).toBe(false);
  });

  it("names the line of broken JSON, and the answer of several tokens", async () => {
    writeFileSync(at("broken.json"), '{"prompts": [\n {"clean": 1,}\n]}');
    const broken = await run(["discover", "--model", smallGpt2, "--prompts", at("broken.json"), "--out", at("wrong")]);
    expect([broken.code, broken.err]).toEqual([2, expect.stringMatching(/broken\.json is not JSON: line 2: /)]);
    writeFileSync(at("edges.json"), '["A0.0->MLP 0",\n"A0.0-]');
    const patch = ["patch", "--model", smallGpt2, "--prompts", writePrompts("ids.json", [pair, pair])];
    const refused = await run([...patch, "--edges", at("edges.json"), "--json", at("wrong.json")]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/edges\.json: not JSON: line 2: /)]);
    writeFileSync(at("edges.json"), '["A0.0->MLP 99"]');
    const unknown = await run([...patch, "--edges", at("edges.json"), "--json", at("wrong.json")]);
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/no edge `A0\.0->MLP 99`.*near names/)]);
    expect(existsSync(at("wrong.json"))).toBe(false);
  });

  it("a model that answers nothing right", async () => {
    const prompts = Array.from({ length: 4 }, (_, i) => ({ ...pair, clean: [1, i], answers: [49] }));
    const file = writePrompts("hopeless.json", prompts);
    const own = ["discover", "--model", smallGpt2, "--prompts", file, "--out", at("wrong")];
    const { code, err } = await run([...own, "--algorithm", "random", "--keep", "0.5"]);
    expect(code).toBe(2);
    expect(err).toMatch(/none of 4 outputs right/);
    expect(existsSync(at("wrong"))).toBe(false);
  });

  it("leaves no file when it is stopped", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const { code } = await run(
      ["discover", ...reverse, "--keep", "1", "--tries", "9999", "--out", at("stopped")],
      abort.signal,
    );
    expect(code).toBe(130);
    expect(existsSync(at("stopped"))).toBe(false);
  });
});
