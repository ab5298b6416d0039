import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Graph, PruneScores, readPrompts } from "@autocircuit/core";
import { afterAll, describe, expect, it } from "vitest";
import { run, smallGguf } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";
import { runProgram } from "../program.ts";

const folder = mkdtempSync(join(tmpdir(), "convert-"));
afterAll(() => rmSync(folder, { recursive: true }));

const EAP = fileURLToPath(new URL("../../../circuits/test/fixtures/eap-ig/gpt2-like.json", import.meta.url));
const MODEL = fileURLToPath(new URL("../../../conformance/fixtures/autocircuit/gpt2-like", import.meta.url));
/** Its four query heads share two keys and values. */
const LLAMA = fileURLToPath(new URL("../../../conformance/fixtures/hf/llama", import.meta.url));

async function convert(...args: string[]) {
  let out = "";
  let err = "";
  const code = await runProgram(["convert", ...args], new AbortController().signal, {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

const path = (name: string) => join(folder, name);
function file(name: string, content: unknown): string {
  writeFileSync(path(name), typeof content === "string" ? content : JSON.stringify(content));
  return path(name);
}
const parsed = (name: string) => JSON.parse(readFileSync(path(name), "utf8"));

describe("convert circuits", () => {
  it("from EAP-IG to ours and back without loss", async () => {
    expect(await convert(EAP, path("ours.json"))).toMatchObject({ code: 0, err: "" });
    expect(parsed("ours.json").edges[0]).toEqual({ edge: expect.any(String), token: null, score: expect.any(Number) });
    expect(await convert(path("ours.json"), path("back.json"), "--model", MODEL)).toMatchObject({ code: 0, err: "" });
    expect(parsed("back.json")).toEqual(JSON.parse(readFileSync(EAP, "utf8")));
  });

  it("to scores, and from scores at a size", async () => {
    expect(await convert(EAP, path("scores.safetensors"))).toMatchObject({ code: 0 });
    const scores = await PruneScores.load(path("scores.safetensors"));
    const eap = JSON.parse(readFileSync(EAP, "utf8"));
    expect(scores.get("A0.1->MLP 0")).toBe(eap.edges["a0.h1->m0"].score);
    const { code, out } = await convert(path("scores.safetensors"), path("top.json"), "--size", "20");
    expect(code).toBe(0);
    expect(out).toContain("20 of");
    expect(out).toContain("d_model is not known");
    const top = parsed("top.json");
    expect(Object.values(top.edges as { in_graph: boolean }[]).filter((edge) => edge.in_graph)).toHaveLength(20);
  });

  it("from scores that were chosen from by sign, or with --rank, with harmful edges last", async () => {
    await convert(EAP, path("plain.safetensors"));
    const scores = await PruneScores.load(path("plain.safetensors"));
    await scores.save(path("signed.safetensors"), { options: { rank: "signed" } });
    const largest = scores.values.toSorted().subarray(-20);
    const taken = async (from: string, ...how: string[]) => {
      const { code } = await convert(path(from), path("signed.json"), "--size", "20", ...how);
      expect(code).toBe(0);
      const edges = Object.values(parsed("signed.json").edges as { in_graph: boolean; score: number }[]);
      return Float32Array.from(edges.filter(({ in_graph }) => in_graph).map(({ score }) => score)).sort();
    };
    expect(await taken("signed.safetensors")).toEqual(largest);
    expect(await taken("plain.safetensors", "--rank", "signed")).toEqual(largest);
    expect(await taken("plain.safetensors")).not.toEqual(largest);
    expect(await taken("signed.safetensors", "--rank", "absolute")).toEqual(await taken("plain.safetensors"));
    const { code, err } = await convert(path("plain.safetensors"), path("signed.json"), "--rank", "signed");
    expect([code, err]).toEqual([2, expect.stringMatching(/--rank says .* give --size too/)]);
  });

  it("from a published circuit's file, given the model", async () => {
    const graph = Graph.of({ layers: 2, heads: 4, attnOnly: false, parallel: false });
    const edges = [{ edge: "A0.1->MLP 1", token: null }];
    const bare = file("bare.json", { circuit: "mine", edgeCount: graph.edgeCount, edges });
    expect(await convert(bare, path("eap.json"))).toMatchObject({
      ...{
        code: 2,
        err: expect.stringMatching(/bare\.json: it does not say which graph it is of; give that of its --model/),
      },
    });
    expect(await convert(bare, path("eap.json"), "--config", join(MODEL, "config.json"))).toMatchObject({ code: 0 });
    expect(parsed("eap.json").edges["a0.h1->m1"]).toEqual({ score: 1, in_graph: true });
    expect(parsed("eap.json").cfg.d_model).toBeGreaterThan(0);
  });
});

describe("convert what a discovery wrote", () => {
  const found = (more: object) => ({
    ...{
      task: "mine",
      algorithm: "acdc",
      prompts: null,
      options: {},
      graph: { factorized: true, separateQkv: true, ungrouped: false },
    },
    circuit: [{ edge: "A0.1->MLP 1", token: null, score: 2.5 }],
    ...more,
  });

  it("to EAP-IG's file, given the model", async () => {
    const json = file("found.json", found({}));
    expect((await convert(json, path("eap.json"))).err).toContain("give that of its --model");
    expect(await convert(json, path("eap.json"), "--config", join(MODEL, "config.json"))).toMatchObject({ code: 0 });
    expect(parsed("eap.json").edges["a0.h1->m1"]).toEqual({ score: 2.5, in_graph: true });
    expect(parsed("eap.json").edges["a0.h1->logits"]).toEqual({ score: 0, in_graph: false });
    const own = file("own-prompts.json", found({ prompts: "names.json" }));
    expect(await convert(own, path("own.json"), "--config", join(MODEL, "config.json"))).toMatchObject({ code: 0 });
    expect(parsed("own.json")).toEqual(parsed("eap.json"));
  });

  it("refuses what EAP-IG's file cannot hold", async () => {
    const shared = file("shared.json", found({ graph: { separateQkv: false } }));
    const { code, err } = await convert(shared, path("x.json"), "--config", join(MODEL, "config.json"));
    expect([code, err]).toEqual([2, expect.stringMatching(/share one input/)]);
  });

  it("of grouped keys and values, which computes the same as it is read back", async () => {
    const names = ["Resid Start->A0.0.K", "Resid Start->A0.1.V", "MLP 0->A1.0.K", "A0.2->A1.1.V", "A0.1->A1.3.Q"];
    const edges = file("shared-keys.json", {
      graph: { ungrouped: false },
      edges: names.map((edge) => ({ edge, token: null })),
    });
    const pairs = { clean: [3, 1, 4, 1, 5], corrupt: [2, 7, 1, 8, 2], answers: [6], wrong_answers: [9] };
    const prompts = file("pairs.json", { prompts: [pairs, { ...pairs, clean: [1, 2, 3, 4, 6] }] });
    const written = await convert(edges, path("own-keys.json"), "--model", LLAMA);
    expect([written.err, written.code]).toEqual(["", 0]);
    const logits = async (circuit: string, ...how: string[]) => {
      const to = path("logits.json");
      const on = ["--model", LLAMA, "--prompts", prompts];
      expect(await run(["patch", ...on, "--edges", circuit, ...how, "--json", to])).toMatchObject({ code: 0 });
      return parsed("logits.json").logits.flat(2) as number[];
    };
    const other = file("other-edge.json", ["Resid Start->MLP 0"]);
    const [shared, own, another] = [
      await logits(edges),
      await logits(path("own-keys.json"), "--ungrouped"),
      await logits(other),
    ];
    const largest = (of: number[]) => Math.max(...of.map((value, i) => Math.abs(value - shared[i]!)));
    expect(largest(own)).toBeLessThan(1e-5);
    expect(largest(another)).toBeGreaterThan(1e-3);
  });

  it("writes scores of grouped keys and values with each of their edges for each head, and refuses those of another model", async () => {
    const grouped = Graph.of({ layers: 1, heads: 4, kvHeads: 2, attnOnly: false, parallel: false });
    await new PruneScores(grouped, new Float32Array(grouped.edgeCount).fill(1)).save(path("grouped.safetensors"));
    const ofModel = (kvHeads: number, layers = 1) => {
      const more = { hidden_size: 8, num_attention_heads: 4, intermediate_size: 8, rms_norm_eps: 1e-5, vocab_size: 9 };
      const last = { num_hidden_layers: layers, num_key_value_heads: kvHeads, max_position_embeddings: 8 };
      return file("llama.json", { model_type: "llama", ...more, ...last });
    };
    const args = [path("grouped.safetensors"), path("x.json"), "--size", "5", "--config"] as const;
    const same = await convert(...args, ofModel(2));
    expect([same.code, same.err]).toEqual([0, ""]);
    expect(same.out).toMatch(
      /x\.json: 19 of 19 edges, as EAP-IG and MIB read them; edges to keys and values of a group once for each of its heads: 23 of 23 edges/,
    );
    const other = await convert(...args, ofModel(2, 3));
    expect([other.code, other.err]).toEqual([
      2,
      expect.stringMatching(/holds scores of another graph than this model's: layers is 1, wanted 3/),
    ]);
  });
});

describe("convert prompts", () => {
  const csv = "clean,corrupted,correct_idx,incorrect_idx\nWhen A and B,When C and D,5,6\n";

  it("from CSV and JSONL to AutoCircuit's JSON and back", async () => {
    expect(await convert(file("p.csv", csv), path("p.json"))).toMatchObject({ code: 0 });
    expect(parsed("p.json").prompts).toEqual([
      { clean: "When A and B", corrupt: "When C and D", answers: [5], wrong_answers: [6] },
    ]);
    expect(await convert(path("p.json"), path("again.csv"))).toMatchObject({ code: 0 });
    expect(readFileSync(path("again.csv"), "utf8")).toBe(csv);
    const line = { text: "A and B met C", corr_text: "A and B met D" };
    expect(await convert(file("p.jsonl", `${JSON.stringify(line)}\n`), path("l.json"))).toMatchObject({ code: 0 });
    expect(await convert(path("l.json"), path("again.jsonl"))).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(path("again.jsonl"), "utf8"))).toEqual(line);
  });

  it("with GPT-2's tokens for answers given as text, and says what has no place", async () => {
    const prompts = [{ clean: "a", corrupt: "b", answers: [" Mary"], wrong_answers: [" John"] }];
    const json = file("text.json", { prompts, word_idxs: { IO: 2 } });
    expect((await convert(json, path("text.csv"))).err).toContain("give their --tokenizer.");
    const { code, out } = await convert(json, path("text.csv"), "--tokenizer", "gpt2");
    expect(code).toBe(0);
    expect(out).toContain("no place for word_idxs");
    expect(readFileSync(path("text.csv"), "utf8")).toContain("a,b,5335,1757");
  });
});

describe("convert --tokenizer", () => {
  const pair = (answer: string, clean = " Tom said to") => ({
    ...{ clean, corrupt: " Anna said to", answers: [answer], wrong_answers: [" John"] },
  });
  const json = file("unfit.json", { prompts: [pair(" Mary"), pair(" Wendy"), pair(" Paul"), pair(" Paul", " Tom")] });

  it("takes a model's folder; prompts that do not fit are refused, or left out and counted", async () => {
    const words = await wordModel(path("words"));
    const { code, err } = await convert(json, path("unfit.csv"), "--tokenizer", words);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/prompt 1: `answers`: " Wendy" is \d tokens.*\. --skip-unfit leaves out such prompts/),
    ]);
    const skipped = await convert(json, path("unfit.csv"), "--tokenizer", words, "--skip-unfit");
    expect([skipped.code, skipped.out]).toEqual([
      0,
      expect.stringMatching(
        /^left out 2 of 4 prompt pairs: 1: an answer of several tokens \(such as .*unfit\.json: prompts\[1\]\).*\nwrote .*: 2 prompt pairs$/m,
      ),
    ]);
    expect(readFileSync(path("unfit.csv"), "utf8").trim().split("\n")).toHaveLength(3);
  });

  it("takes a GGUF file", async () => {
    const prompts = [{ clean: "a b", corrupt: "b a", answers: ["a"], wrong_answers: ["b"] }];
    const result = await convert(file("ab.json", { prompts }), path("ab.csv"), "--tokenizer", smallGguf);
    expect(result).toMatchObject({ code: 0, err: "" });
    expect(await convert(EAP, path("g.json"), "--model", smallGguf)).toMatchObject({
      code: 2,
      err: expect.stringContaining("another model"),
    });
  });

  it("is what --skip-unfit needs, and a .csv", async () => {
    for (const args of [
      [json, path("x.csv"), "--skip-unfit"],
      [json, path("x.jsonl"), "--tokenizer", "gpt2", "--skip-unfit"],
      [EAP, path("x.json"), "--skip-unfit"],
    ])
      expect(await convert(...args)).toMatchObject({ code: 2, err: expect.stringContaining("give its --tokenizer") });
  });
});

describe("convert refuses", () => {
  const csv = file("ok.csv", "clean,corrupted,label\na,b,4\n");
  const other = file("other.json", {
    model_type: "gpt2",
    n_layer: 3,
    n_head: 4,
    n_embd: 32,
    n_positions: 9,
    vocab_size: 9,
  });
  it.each([
    { args: [path("none.json"), path("x.json")], says: "none.json: does not exist" },
    { args: [file("a.txt", ""), path("x.json")], says: "the ending says nothing" },
    { args: [file("a.json", {}), path("x.json")], says: "neither a list of edges nor another circuit" },
    { args: [file("b.json", "{"), path("x.json")], says: "not JSON" },
    { args: [csv, path("x.csv")], says: "can be written as .json" },
    { args: [csv, path("x.json"), "--size", "3"], says: "--size" },
    { args: [EAP, path("x.csv")], says: "can be written as .json or .safetensors" },
    { args: [EAP, path("x.json"), "--config", other], says: "another model" },
    { args: [file("c.csv", "clean,corrupted,label\na,b\n"), path("x.json")], says: "line 2" },
  ])("$args", async ({ args, says }) => {
    const { code, err } = await convert(...args);
    expect(err).toContain(says);
    expect(code).toBe(2);
  });
});

it("reads prompts as everything else does: no NaN, and the same words where they are wrong", async () => {
  const nan = file("nan.json", '{"prompts": [{"clean": [1], "corrupt": [2], "answers": [NaN], "wrong_answers": [3]}]}');
  const short = file("short.json", { prompts: [{ clean: [1], corrupt: [2], answers: [3] }] });
  for (const prompts of [nan, short]) {
    const said = await readPrompts(prompts).then(
      () => "nothing",
      (error: Error) => error.message,
    );
    const { code, err } = await convert(prompts, path("out.csv"));
    expect(code).toBe(2);
    expect(err).toContain(said);
  }
});
