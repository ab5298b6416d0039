import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenizer } from "@autocircuit/models";
import { afterAll, describe, expect, it } from "vitest";
import type { DiscoverResult } from "../src/discover/result.ts";
import { run } from "./run-program.ts";
import { indirectObjects, noSmollm2, smollm2, smollm2Gguf } from "./smollm2.ts";

const folder = mkdtempSync(join(tmpdir(), "smollm2-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, content: unknown) => {
  writeFileSync(at(name), JSON.stringify(content));
  return at(name);
};
const read = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));
const timeout = 300_000;

describe.skipIf(noSmollm2)(`commands on SmolLM2${noSmollm2 ? ` (${noSmollm2})` : ""}`, () => {
  it("model: says what it is, in both forms", async () => {
    const { code, out } = await run(["model", smollm2Gguf]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^llama \(Smollm2 135M .*\), GGUF, Q4_1, Q8_0, F32\n/)]);
    expect(out).toContain("30 layers, 9 heads of 64 (3 for keys and values), width 576, gated MLP 1536 (silu)");
    const description = (text: string) => text.slice(text.indexOf("\n"));
    expect(description((await run(["model", smollm2])).out)).toBe(description(out));
  });

  it("generate: goes on with the same text in both forms", { timeout }, async () => {
    const texts: string[] = [];
    for (const model of [smollm2Gguf, smollm2]) {
      const args = ["--prompt", "The capital of France is", "--max-tokens", "12", "--json", at("text.json")];
      expect(await run(["generate", "--model", model, ...args])).toMatchObject({ code: 0, err: "" });
      texts.push(read("text.json").text);
    }
    expect(texts[0]).toMatch(/^The capital of France is Paris\./);
    expect(texts[1]).toBe(texts[0]);
  });

  it("discover: finds edges from GGUF, and patch takes them away", { timeout }, async () => {
    const prompts = write("prompts.json", indirectObjects);
    const where = ["--model", smollm2Gguf, "--prompts", prompts];
    const options = ["--size", "2000", "--out", at("report"), "--json", at("found.json")];
    const { code, err } = await run(["discover", ...where, ...options]);
    expect([code, err]).toEqual([0, ""]);
    expect(readdirSync(at("report")).sort()).toEqual(["circuit.svg", "report.html", "scores.safetensors"]);
    const found = read("found.json") as DiscoverResult;
    expect(found).toMatchObject({ algorithm: "edge-attribution", edgeCount: 70_651 });
    expect(found.circuit).toHaveLength(2000);
    const edges = new Set(found.circuit.map(({ edge }) => edge));
    // Nothing reaches the output but through its last reader.
    expect([...edges].some((edge) => edge.endsWith("->Resid End"))).toBe(true);
    expect(found.divergence.circuit).toBeGreaterThan(0);

    const tokenizer = await loadTokenizer(smollm2Gguf);
    const ids = (text: string) => [tokenizer.bosId!, ...tokenizer.encode(text)];
    const [first] = indirectObjects.prompts;
    const pair = { clean: ids(first!.clean), corrupt: ids(first!.corrupt), answers: [0], wrong_answers: [1] };
    const tokens = write("tokens.json", { prompts: [pair] });
    const logits: number[][] = [];
    for (const taken of [[], found.circuit.slice(0, 50).map(({ edge }) => edge)]) {
      const list = [
        "--edges",
        write("edges.json", { graph: { ungrouped: false }, edges: taken }),
        "--json",
        at("logits.json"),
      ];
      expect(await run(["patch", "--model", smollm2Gguf, "--prompts", tokens, ...list])).toMatchObject({
        code: 0,
        err: "",
      });
      logits.push(read("logits.json").logits[0].at(-1));
    }
    const [answer, wrong] = [first!.answers[0]!, first!.wrong_answers[0]!].map((name) => tokenizer.encode(name)[0]!);
    const difference = (values: number[]) => values[answer!]! - values[wrong!]!;
    expect(difference(logits[0]!)).toBeGreaterThan(1);
    expect(difference(logits[1]!)).toBeLessThan(difference(logits[0]!) - 1);
  });
});
