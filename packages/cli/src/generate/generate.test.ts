import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, readConfig } from "@autocircuit/models";
import { Tensor } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { run, smallGguf, smallGpt2, trainedModels } from "../../test/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "generate-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("generate", () => {
  it("continues token ids, and writes them as JSON", async () => {
    const json = join(folder, "text.json");
    const args = ["generate", "--model", smallGpt2, "--tokens", "3,1,4", "--max-tokens", "5"];
    const { code, out, err } = await run([...args, "--json", json]);
    expect([code, err.replace(/tokens: .*\n/g, "")]).toEqual([0, ""]);
    const result = JSON.parse(readFileSync(json, "utf8"));
    expect(result).toMatchObject({ promptTokens: [3, 1, 4], stopped: "length", sampling: null });
    expect(result.tokens).toHaveLength(5);
    expect(out).toContain("5 tokens after 3, as many as asked for");
    const draw = ["--temperature", "2", "--top-k", "20", "--seed", "3", "--json"];
    for (const name of ["a", "b"]) expect((await run([...args, ...draw, join(folder, name)])).code).toBe(0);
    const [a, b] = ["a", "b"].map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
    expect(a.sampling).toEqual({ temperature: 2, topK: 20, seed: 3 });
    expect(a.tokens).toEqual(b.tokens);
  });

  it("prints the likeliest next tokens first, the first of which it writes", async () => {
    const json = join(folder, "next.json");
    const args = ["generate", "--model", smallGguf, "--tokens", "1,5,9", "--max-tokens", "1", "--top", "3"];
    const { code, out } = await run([...args, "--json", json]);
    expect([code, out]).toEqual([0, expect.stringContaining("1 token after 3, ")]);
    const { next, tokens } = JSON.parse(readFileSync(json, "utf8"));
    expect(next.map(({ rank }: { rank: number }) => rank)).toEqual([1, 2, 3]);
    expect(tokens).toEqual([next[0].token]);
    expect(out).toMatch(/rank.*token.*text.*logit.*probability/);
    expect(out).toContain(JSON.stringify(next[2].text));
  });

  it.each([smallGguf, smallGpt2])(
    "says that logits are less their mean, or gives them as stored: %s",
    async (model) => {
      const json = join(folder, "logits.json");
      const args = [
        "generate",
        "--model",
        model,
        "--tokens",
        "1,5,9",
        "--max-tokens",
        "1",
        "--top",
        "3",
        "--json",
        json,
      ];
      const shown = async (...more: string[]) => {
        const { out } = await run([...args, ...more]);
        return { out, ...JSON.parse(readFileSync(json, "utf8")) };
      };
      const usual = await shown();
      expect(usual.out).toContain("logits: less their mean over the vocabulary");
      expect(usual.processing).toContain("center-unembed");
      const stored = await shown("--processing", "none");
      expect(stored.out).not.toContain("mean");
      expect(stored.processing).toEqual([]);
      using loaded = await loadModel(model, {
        foldLn: false,
        centerUnembed: false,
        centerWritingWeights: false,
        foldValueBiases: false,
      });
      using tokens = Tensor.from(BigInt64Array.from([1n, 5n, 9n]), { shape: [1, 3], dtype: "int64" });
      using logits = await loaded.forward(tokens, { positions: [2] });
      const values = Array.from(await logits.data(), Number);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean)).toBeGreaterThan(1e-3);
      for (const [i, { token, logit, probability }] of usual.next.entries()) {
        expect(logit).toBeCloseTo(values[token]! - mean, 4);
        expect(stored.next[i].logit).toBeCloseTo(values[token]!, 4);
        expect(stored.next[i].probability).toBeCloseTo(probability, 5);
      }
    },
  );

  it("says at once that the context ends before so many tokens are written", async () => {
    const { out } = await run(["generate", "--model", smallGpt2, "--tokens", "3,1,4", "--max-tokens", "100000"]);
    const { context } = await readConfig(smallGpt2);
    expect(out.split("\n")[0]).toBe(
      `--max-tokens 100000: there is room for ${context - 3} at most, then the model's context of ${context} is full`,
    );
  });

  it.each([
    { args: [], says: "either --prompt TEXT or --tokens" },
    { args: ["--prompt", "a", "--tokens", "1"], says: "either --prompt TEXT or --tokens" },
    { args: ["--tokens", "1", "--top-k", "3"], says: "--top-k needs --temperature" },
    { args: ["--tokens", "1,-2"], says: "whole number" },
    { args: ["--tokens", "1", "--temperature", "0"], says: "above zero" },
    { args: ["--tokens", "999999"], says: "has the token id 999999; ids go from 0" },
    { args: ["--tokens", Array.from({ length: 5000 }, () => 1).join(",")], says: "no room to go on" },
    { args: ["--prompt", "text"], says: "has no tokenizer" },
  ])("refuses $args in one line", async ({ args, says }) => {
    const { code, err } = await run(["generate", "--model", smallGpt2, ...args]);
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(err.trim().split("\n").length).toBeLessThanOrEqual(2);
  });

  it.skipIf(!existsSync(trainedModels))("refuses a model that cannot go on (needs ../shared/models)", async () => {
    const brackets = await run(["generate", "--model", join(trainedModels, "brackets"), "--tokens", "0,3"]);
    expect([brackets.code, brackets.err]).toEqual([2, expect.stringContaining("bidirectional")]);
  });

  it.skipIf(!existsSync(trainedModels))("lets dreams-llama write its sentence (needs ../shared/models)", async () => {
    const dreams = join(trainedModels, "dreams-llama");
    const sentence = '"Echoes of vectors unfold, a gentle hum of precision, as I sense the nodes, ';
    for (const start of [
      ["--prompt", ""],
      ["--tokens", "1"],
    ]) {
      const { code, out } = await run(["generate", "--model", dreams, ...start, "--max-tokens", "60"]);
      expect(code).toBe(0);
      expect(out.startsWith(sentence)).toBe(true);
    }
    const full = await run(["generate", "--model", dreams, "--prompt", "", "--max-tokens", "1000"]);
    expect(full.out).toContain("127 tokens after 1, the model's context is full");
    const continued = await run(["generate", "--model", dreams, "--prompt", '"Echoes of', "--max-tokens", "20"]);
    expect(continued.out).toMatch(/^"Echoes of/);
  });
});
