import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTokenizer, SafetensorsFile } from "@autocircuit/models";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";
import { runProgram } from "../program.ts";

const CASE = fileURLToPath(new URL("../../../conformance/fixtures/autocircuit/gpt2-like", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "patch-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

async function patch(edges: string, ...args: string[]) {
  let out = "";
  let err = "";
  const json = join(folder, "logits.json");
  const all = [
    "patch",
    "--model",
    CASE,
    "--prompts",
    join(CASE, "inputs.json"),
    "--edges",
    edges,
    "--json",
    json,
    ...args,
  ];
  const code = await runProgram(all, new AbortController().signal, {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err, json };
}

type Logits = { logits: number[][][]; shape: number[] };

async function expectedLogits(name: string): Promise<Float32Array> {
  await using tensors = await SafetensorsFile.open(join(CASE, "expected.safetensors"));
  return new Float32Array(await tensors.read(name));
}

const { variants } = JSON.parse(readFileSync(join(CASE, "expected.json"), "utf8"));
const ABLATIONS = { RESAMPLE: "resample", ZERO: "zero", TOKENWISE_MEAN_CORRUPT: "tokenwise-mean-corrupt" };

describe("patch gives the reference's logits", () => {
  const cases = ["edges", "edges-shared-qkv", "edges-by-token", "nodes"].flatMap((variant) =>
    Object.entries(ABLATIONS).map(([theirs, ours]) => ({ variant, theirs, ours })),
  );

  it.each(cases)("$variant, $ours", async ({ variant, theirs, ours }) => {
    const edges = file("edges.json", variants[variant].patched[1].edges);
    const { code, err, json } = await patch(edges, "--ablation", ours);
    expect(err).toBe("");
    expect(code).toBe(0);
    const { logits, shape } = JSON.parse(readFileSync(json, "utf8")) as Logits;
    expect(shape).toEqual([12, 9, 50]);
    const expected = await expectedLogits(`${variant}/patched/1/${theirs}`);
    const found = logits.slice(0, 4).flat(2);
    const largest = Math.max(...expected.map(Math.abs));
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(3e-6 + 1e-3 * Math.abs(expected[i]!) + 1e-4 * largest);
    });
  });
});

describe("patch", () => {
  it("takes names, pairs and objects alike", async () => {
    const results = [];
    for (const edges of [
      ["A0.1->MLP 1"],
      [["A0.1->MLP 1", null]],
      [{ edge: "A0.1->MLP 1", token: null }],
      { circuit: [{ edge: "A0.1->MLP 1", token: null, score: 1 }] },
    ]) {
      const { code, json } = await patch(file("edges.json", edges));
      expect(code).toBe(0);
      results.push(readFileSync(json, "utf8"));
    }
    expect(new Set(results).size).toBe(1);
  });

  it("takes an edge without a position as all positions", async () => {
    const everywhere = await patch(file("edges.json", ["A0.1->MLP 1"]));
    const plain = JSON.parse(readFileSync(everywhere.json, "utf8")) as Logits;
    const mixed = [...Array(9).keys()].map((token) => ["A0.1->MLP 1", token]);
    const byToken = await patch(file("edges.json", mixed));
    const { logits } = JSON.parse(readFileSync(byToken.json, "utf8")) as Logits;
    logits.flat(2).forEach((value, i) => {
      expect(value).toBeCloseTo(plain.logits.flat(2)[i]!, 5);
    });
  });

  it("--help says how a list of edges names its kind of graph", async () => {
    const { out } = await run(["patch", "--help"]);
    const example = /^ {2}(\{"graph": .*\})$/m.exec(out)?.[1];
    expect(JSON.parse(example!)).toMatchObject({ graph: { ungrouped: false }, edges: expect.any(Array) });
  });

  it("takes a file's edges in the kind of graph that it says: one of --ungrouped has the keys of each query head", async () => {
    const pairs = ["Mary", "John", "Tom"].map((name) => ({
      ...{
        clean: `Then ${name} said to`,
        corrupt: `Then Anna said to`,
        answers: [` ${name}`],
        wrong_answers: [" Anna"],
      },
    }));
    const own = ["--model", await wordModel(join(folder, "grouped"))];
    const logitsOf = async (edges: unknown, ...how: string[]) => {
      const files = ["--prompts", file("grouped.json", { prompts: pairs }), "--edges", file("kind.json", edges)];
      const json = join(folder, "kind-logits.json");
      expect((await run(["patch", ...own, ...files, "--json", json, ...how])).code).toBe(0);
      return (JSON.parse(readFileSync(json, "utf8")) as Logits).logits.flat(2);
    };
    const graph = { factorized: true, separateQkv: true, ungrouped: true };
    const [first, second] = ["Resid Start->A1.0.K", "Resid Start->A1.1.K"];
    const grouped = await logitsOf({ graph: { ungrouped: false }, edges: [first] });
    const largest = (logits: number[]) => Math.max(...logits.map((value, i) => Math.abs(value - grouped[i]!)));
    expect(largest(await logitsOf({ graph, edges: [first, second] }))).toBeLessThan(1e-5);
    const alone = await logitsOf({ graph, edges: [first] });
    expect(largest(alone)).toBeGreaterThan(1e-3);
    // A list of names means the one graph that has them all; none where two do.
    expect(await logitsOf([second])).toEqual(await logitsOf({ graph, edges: [second] }));
    expect(await logitsOf([first], "--ungrouped")).toEqual(alone);
    expect(await logitsOf({ graph, edges: [first] }, "--ungrouped")).toEqual(alone);
    const files = (edges: unknown) => ["--prompts", join(folder, "grouped.json"), "--edges", file("kind.json", edges)];
    const other = { graph: { ungrouped: false }, edges: [first] };
    expect(await run(["patch", ...own, ...files(other), "--ungrouped"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/kind\.json is a circuit in the usual kind .* leave --ungrouped out/),
    });
    for (const edges of [[first], { circuit: [first] }]) {
      const { code, err } = await run(["patch", ...own, ...files(edges)]);
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(
          /kind\.json does not say in which kind of graph .* Write which in the file: \{"graph": \{"ungrouped": false\}/,
        ),
      ]);
    }
  });

  it("leaves the logits alone for an empty list", async () => {
    const { code, out } = await patch(file("edges.json", []));
    expect(code).toBe(0);
    expect(out).toMatch(/│ 12 .*│ 0 .*│ resample .*│ 0 /);
  });

  it.each([
    { edges: ["A0.1->MLP 9"], says: "A0.1->MLP 9" },
    { edges: ["A0.1->MPL 1"], says: "A0.1->MLP 1" },
    { edges: ["A0.1->A1.0", "A0.1->A1.0.Q"], says: "A0.1->A1.0" },
    { edges: [["A0.1->MLP 1", 9]], says: "outside 0 to 8" },
    { edges: [["A0.1->MLP 1", -1]], says: "entry 0" },
    { edges: [7], says: "entry 0: 7 is no edge" },
    { edges: "nonsense", says: "not JSON" },
    { edges: { other: [] }, says: "neither a list of edges nor another circuit" },
  ])("refuses $edges with exit code 2", async ({ edges, says }) => {
    rmSync(join(folder, "logits.json"), { force: true });
    const { code, err, json } = await patch(file("edges.json", edges));
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(() => readFileSync(json)).toThrow();
  });
});

describe("patch with prompts as text", () => {
  let model: string;
  beforeAll(async () => {
    model = await wordModel(join(folder, "words"));
  });
  const names = ["Mary", "John", "Tom", "Anna"];
  const pairs = (text: (name: string) => string) =>
    names.map((name, i) => {
      const other = names[(i + 1) % names.length]!;
      return { clean: text(name), corrupt: text(other), answers: [` ${name}`], wrong_answers: [` ${other}`] };
    });
  const texts = pairs((name) => `Then ${name} said to`);
  const edges = () => file("text-edges.json", ["A0.0->Resid End", "MLP 1->MLP 2"]);
  const ablate = async (prompts: string, ...how: string[]) => {
    const json = join(folder, "text-logits.json");
    const args = ["patch", "--model", model, "--prompts", prompts, "--edges", edges(), "--json", json, ...how];
    const result = await run(args);
    return { ...result, read: () => JSON.parse(readFileSync(json, "utf8")) as Logits & { lengths: number[] } };
  };

  it("gives the logits of the same prompts as token ids", async () => {
    const { code, err, read } = await ablate(file("texts.json", { prompts: texts }));
    expect([code, err]).toEqual([0, ""]);
    const { logits, shape, lengths } = read();
    const tokenizer = (await findTokenizer(model))!;
    const ids = texts.map((pair) => ({
      clean: tokenizer.encode(pair.clean),
      corrupt: tokenizer.encode(pair.corrupt),
      answers: pair.answers.map((answer) => tokenizer.encode(answer)[0]),
      wrong_answers: pair.wrong_answers.map((answer) => tokenizer.encode(answer)[0]),
    }));
    expect([shape.slice(0, 2), lengths]).toEqual([
      [4, 4],
      [4, 4, 4, 4],
    ]);
    const same = await ablate(file("ids.json", { prompts: ids }));
    expect(same.code).toBe(0);
    expect(same.read().logits).toEqual(logits);
  });

  it("reads other tools' prompts", async () => {
    const csv = texts.map(({ clean, corrupt }) => `${clean},${corrupt},7,8`).join("\n");
    const jsonl = texts.map(({ clean, corrupt, answers, wrong_answers }) =>
      JSON.stringify({ text: clean + answers[0], corr_text: corrupt + wrong_answers[0] }),
    );
    const { read } = await ablate(file("same.json", { prompts: texts }));
    const { logits } = read();
    for (const [name, content] of [
      ["p.csv", `clean,corrupted,correct_idx,incorrect_idx\n${csv}\n`],
      ["p.jsonl", jsonl.join("\n")],
    ] as const) {
      const other = await ablate(file(name, content));
      expect([other.code, other.err]).toEqual([0, ""]);
      expect(other.read().logits).toEqual(logits);
    }
  });

  it("gives each prompt's own positions where they differ in length, as if it were alone", async () => {
    const longer = pairs((name) => `When Tom and ${name} went to the store said`);
    const mixed = [texts[0]!, longer[1]!, texts[2]!];
    const { code, read, out } = await ablate(file("mixed-lengths.json", { prompts: mixed }));
    expect(code).toBe(0);
    const together = read();
    expect(together.lengths).toEqual([4, 9, 4]);
    expect(together.shape.slice(0, 2)).toEqual([3, 9]);
    const moved: number[] = [];
    for (const [i, prompt] of mixed.entries()) {
      const alone = await ablate(file("alone.json", { prompts: [prompt] }));
      const [expected] = alone.read().logits;
      together.logits[i]!.flat().forEach((value, at) => {
        expect(value).toBeCloseTo(expected!.flat()[at]!, 4);
      });
      moved.push(Number(/ (\S+) +│\n└/.exec(alone.out)![1]));
    }
    expect(Number(/ (\S+) +│\n└/.exec(out)![1])).toBeCloseTo(Math.max(...moved), 3);
  });

  it("refuses and leaves out as discover does", async () => {
    const unfit = file("unfit.json", { prompts: [...texts, { ...texts[0]!, answers: [" unheard"] }] });
    const refused = await ablate(unfit);
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/prompts\[4\].*--skip-unfit leaves out/)]);
    const skipped = await ablate(unfit, "--skip-unfit");
    expect([skipped.code, skipped.out]).toEqual([0, expect.stringMatching(/^left out 1 of 5 prompt pairs/)]);
    const none = await run(["patch", "--model", model, "--edges", edges()]);
    expect([none.code, none.err]).toEqual([2, expect.stringMatching(/give prompts for it with --prompts FILE/)]);
  });
});

describe("the logits of a processed model", () => {
  it("are said to be less their mean, which differs from the stored ones' by one number at a position", async () => {
    const prompts = file("ids.json", {
      prompts: [{ clean: [3, 1, 4], corrupt: [3, 2, 4], answers: [5], wrong_answers: [6] }],
    });
    const edges = file("one.json", ["A0.0->Resid End"]);
    const json = join(folder, "processed.json");
    const args = ["patch", "--model", smallGpt2, "--prompts", prompts, "--edges", edges, "--json", json];
    const usual = await run(args);
    expect([usual.code, usual.err]).toEqual([0, ""]);
    expect(usual.out).toContain("logits: less their mean over the vocabulary");
    const ours = JSON.parse(readFileSync(json, "utf8"));
    expect(ours.processing).toContain("center-unembed");
    const plain = await run([...args, "--processing", "none"]);
    expect(plain.out).not.toContain("mean over the vocabulary");
    const stored = JSON.parse(readFileSync(json, "utf8"));
    expect(stored.processing).toEqual([]);
    for (const [position, logits] of (ours.logits[0] as number[][]).entries()) {
      const theirs = stored.logits[0][position] as number[];
      const mean = theirs.reduce((sum, logit) => sum + logit, 0) / theirs.length;
      expect(Math.abs(mean)).toBeGreaterThan(1e-3);
      logits.forEach((logit, token) => {
        expect(logit).toBeCloseTo(theirs[token]! - mean, 4);
      });
    }
  });
});
