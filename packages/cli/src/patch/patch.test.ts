import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SafetensorsFile } from "@autocircuit/models";
import { afterAll, describe, expect, it } from "vitest";
import { runProgram } from "../program.ts";
import { readEdges } from "./read-edges.ts";

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
    { edges: "nonsense", says: "not valid JSON" },
    { edges: { other: [] }, says: "no list of edges" },
  ])("refuses $edges with exit code 2", async ({ edges, says }) => {
    rmSync(join(folder, "logits.json"), { force: true });
    const { code, err, json } = await patch(file("edges.json", edges));
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(() => readFileSync(json)).toThrow();
  });
});

describe("readEdges", () => {
  it("mixes all forms", () => {
    const path = file("mixed.json", ["a->b", ["a->b", 3], ["a->b"], { edge: "a->b" }]);
    expect(readEdges(path).map(({ token }) => token)).toEqual([null, 3, null, null]);
  });
});
