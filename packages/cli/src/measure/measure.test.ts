import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PruneScores } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "measure-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const read = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));

const names = ["Mary", "John", "Tom", "Anna", "Paul", "James", "Sarah"];
const prompts = Array.from({ length: 24 }, (_, i) => {
  const [name, other] = [names[i % 7]!, names[(i + 1 + (i % 3)) % 7]!];
  return {
    clean: `Then ${name} and ${names[(i * 5) % 7]} said to`,
    corrupt: `Then ${other} and ${names[(i * 5) % 7]} said to`,
    answers: [` ${name}`],
    wrong_answers: [` ${other}`],
  };
});

describe("one's own model and prompts", () => {
  let own: string[];
  const discover = async (...how: string[]) => {
    const usual = ["--algorithm", "edge-attribution", "--size", "12", "--bootstrap", "0", "--curve", "none"];
    const { code, err } = await run(["discover", ...own, ...usual, "--out", at("found"), ...how]);
    expect([code, err.includes("autocircuit discover:")]).toEqual([0, false]);
    return at("found/scores.safetensors");
  };
  const measure = (scores: string, ...how: string[]) =>
    run(["measure", ...own, "--scores", scores, "--json", at("measured.json"), ...how]);

  beforeAll(async () => {
    writeFileSync(at("names.json"), JSON.stringify({ prompts }));
    own = ["--model", await wordModel(at("words")), "--prompts", at("names.json")];
  });

  it("are measured on the prompts that discover measures on", async () => {
    const scores = await discover("--seed", "3", "--ablation", "resample", "--json", at("found.json"));
    const { code, out, err } = await measure(scores, "--sizes", "12", "--metrics", "kl-clean,logit-diff");
    expect([code, err.replaceAll(/^circuits x prompts.*\n/gm, "")]).toEqual([0, ""]);
    expect(out).toMatch(/24 pairs of 6 tokens; 12 \(1 x 12\) to discover with, 12 \(1 x 12\) to measure on/);
    const { task, seed, circuits, prompts: files } = read("measured.json");
    expect({ task, seed, files }).toEqual({ task: "words", seed: 3, files: [at("names.json")] });
    expect(circuits).toHaveLength(1);
    expect(circuits[0].metrics["kl-clean"]).toBeCloseTo(read("found.json").divergence.circuit, 5);
  });

  it("say where the model is called otherwise than that of the scores", async () => {
    const scores = await discover();
    const how = ["--prompts", at("names.json"), "--scores", scores, "--sizes", "2", "--metrics", "kl-clean"];
    const on = async (model: string) => (await run(["measure", "--model", model, ...how])).out;
    expect(await on(at("words"))).not.toContain("was found with");
    cpSync(at("words"), at("others"), { recursive: true });
    // The same weights under another name are no other model.
    expect(await on(at("others"))).not.toContain("was found with");
    const weights = at("others/model.safetensors");
    const bytes = readFileSync(weights);
    writeFileSync(weights, bytes.with(-1, bytes.at(-1)! ^ 1));
    const said = `note: ${scores} was found with words, and is run on`;
    expect(await on(at("others"))).toContain(`${said} others: as their weights differ`);
    const { out } = await run(["test", scores, "--size", "2", "--model", at("others"), "--prompts", at("names.json")]);
    expect(out).toContain(`${said} others: `);
    const edges = ["--edges", at("found.json"), "--prompts", at("names.json"), "--model"];
    expect((await run(["patch", ...edges, at("words")])).out).not.toContain("was found with");
    expect((await run(["patch", ...edges, at("others")])).out).toContain(
      `note: ${at("found.json")} was found with words, and is run on others: `,
    );
  });

  it("on a ready-made task ask for the model of the scores, where the task's own is not there", async () => {
    const scores = await discover();
    vi.stubEnv("HF_HUB_CACHE", at("no-models"));
    const { code, err } = await run(["measure", "ioi-component", "--scores", scores]);
    vi.unstubAllEnvs();
    expect([code, err.split("\n")[0]]).toEqual([
      2,
      `autocircuit measure: ${scores} was found with words: give --model with the path of that model.`,
    ]);
  });

  it("in the graph that the scores are for", async () => {
    for (const kind of ["--no-separate-qkv", "--no-factorized", "--by-token"]) {
      const scores = await discover(kind);
      const { code, err } = await measure(scores, "--sizes", "2", "--metrics", "kl-clean");
      expect([kind, code, err.includes("autocircuit measure:")]).toEqual([kind, 0, false]);
      expect(read("measured.json").byToken).toBe(kind === "--by-token");
    }
  });

  it("by signed scores where discover chose by these, or by what --rank says", async () => {
    const chosen = await discover("--size", "40", "--rank", "signed", "--json", at("signed.json"));
    const { divergence } = read("signed.json");
    const how = ["--sizes", "40", "--metrics", "kl-clean"];
    const measured = async (...rank: string[]) => {
      const { code, out } = await measure(chosen, ...how, ...rank);
      expect([code, out.includes("warning:")]).toEqual([0, false]);
      const { rank: by, circuits } = read("measured.json");
      expect(circuits).toMatchObject([{ size: 40, asked: [40] }]);
      return { by, kl: circuits[0].metrics["kl-clean"] };
    };
    for (const rank of [[], ["--rank", "signed"]])
      expect(await measured(...rank)).toEqual({ by: "signed", kl: expect.closeTo(divergence.circuit, 5) });
    const absolute = await measured("--rank", "absolute");
    expect(Math.abs(absolute.kl - divergence.circuit)).toBeGreaterThan(1e-4);
    // The other commands that take scores choose alike.
    const written = async (command: string[], ...more: string[]) => {
      const { code, err } = await run([...command, ...own, ...more, "--json", at("chosen.json")]);
      expect([0, 3], err).toContain(code);
      return read("chosen.json");
    };
    const tested = ["--tests", "equivalence"];
    const { means } = await written(["test", at("signed.json")], ...tested);
    expect((await written(["test", chosen, "--size", "40"], ...tested)).means).toEqual(means);
    expect((await written(["test", chosen, "--size", "40", "--rank", "absolute"], ...tested)).means).not.toEqual(means);
    const { logits } = await written(["patch", "--edges", at("signed.json")]);
    const scores = ["patch", "--edges", chosen, "--size", "40"];
    expect((await written(scores)).logits).toEqual(logits);
    expect((await written([...scores, "--rank", "absolute"])).logits).not.toEqual(logits);
    for (const [args, says] of [
      [["measure", ...own, "--scores", chosen, "--mib", "--rank", "signed"], /--mib decides itself what --rank says/],
      [
        ["patch", ...own, "--edges", at("signed.json"), "--rank", "signed"],
        /--rank is for saved scores; .*signed\.json/,
      ],
      [["test", at("signed.json"), ...own, "--rank", "signed"], /--rank is for saved scores; .*signed\.json/],
    ] as const) {
      const { code, err } = await run(args);
      expect([code, err]).toEqual([2, expect.stringMatching(says)]);
    }
  });

  it("as the benchmark does, named for the prompts", async () => {
    // The benchmark knows no grouped keys and values.
    const scores = await discover("--ungrouped");
    const how = ["measure", ...own, "--scores", scores, "--mib", "--mib-folder", at("submission")];
    const { code, out } = await run(how);
    expect(code).toBe(0);
    expect(out).toContain(at("submission/names_words/importances.json"));
  });

  it("leave out what does not fit, and take other tools' prompts", async () => {
    const scores = await discover();
    const lines = prompts.map(({ clean, corrupt, answers, wrong_answers }) =>
      JSON.stringify({ text: clean + answers, corr_text: corrupt + wrong_answers }),
    );
    const unfit = JSON.stringify({ text: "Then Mary said Constantinople", corr_text: "Then John said to" });
    writeFileSync(at("names.jsonl"), [...lines, unfit].join("\n"));
    const other = ["measure", ...own.slice(0, 2), "--prompts", at("names.jsonl"), "--scores", scores];
    const refused = await run(other);
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/prompts\[24\].*--skip-unfit/)]);
    const json = ["--sizes", "3", "--metrics", "kl-clean", "--json"];
    const { code, out } = await run([...other, "--skip-unfit", ...json, at("skipped.json")]);
    expect([code, out]).toEqual([0, expect.stringMatching(/left out 1 of 25 prompt pairs: 1: an answer of several/)]);
    expect((await measure(scores, ...json, at("plain.json"))).code).toBe(0);
    expect(read("skipped.json").circuits).toEqual(read("plain.json").circuits);
  });

  it.each([
    ["no task and no model", () => [], /Say what it is about: a task/],
    ["a model without prompts", () => own.slice(0, 2), /give prompts for it with --prompts FILE/],
    ["a model for a compiled task", () => ["tracr-reverse", ...own.slice(0, 2)], /tracr-reverse has its own model/],
    [
      "an option of one's own on a task",
      () => ["tracr-reverse", "--seq-len", "3"],
      /decides itself what --seq-len says/,
    ],
    [
      "two files of scores",
      () => [at("found/scores.safetensors"), ...own],
      /scores\.safetensors is a file, where a task is named: --scores takes one file/,
    ],
    [
      "a second file of scores that is not there",
      () => ["none.safetensors", ...own],
      /^autocircuit measure: none\.safetensors is a file, where a task/,
    ],
  ])("wrong usage: %s", async (_, what, message) => {
    const { code, err } = await run(["measure", ...what(), "--scores", at("found/scores.safetensors")]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it("scores of another graph are refused", async () => {
    const { graph } = await PruneScores.load(await discover());
    const { code, err } = await run(["measure", "tracr-reverse", "--scores", at("found/scores.safetensors")]);
    expect([code, err]).toEqual([2, expect.stringContaining(`another graph (${graph.edgeCount} edges)`)]);
  });
});
