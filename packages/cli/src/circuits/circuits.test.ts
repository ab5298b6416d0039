import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ioiEdges, publishedCircuits } from "@autocircuit/circuits";
import { Circuit, Graph } from "@autocircuit/core";
import { afterAll, describe, expect, it } from "vitest";
import { runProgram } from "../program.ts";

const folder = mkdtempSync(join(tmpdir(), "circuits-"));
afterAll(() => rmSync(folder, { recursive: true }));

const GPT2 = { model_type: "gpt2", n_layer: 12, n_head: 12, n_embd: 768, n_positions: 1024, vocab_size: 50257 };
writeFileSync(join(folder, "config.json"), JSON.stringify(GPT2));
const renamed = join(folder, "gpt2.json");
writeFileSync(renamed, JSON.stringify(GPT2));
const pythia = join(folder, "pythia.json");
writeFileSync(
  pythia,
  JSON.stringify({
    ...{ model_type: "gpt_neox", num_hidden_layers: 32, num_attention_heads: 32, hidden_size: 2560 },
    ...{ intermediate_size: 10240, max_position_embeddings: 2048, vocab_size: 50304, rotary_pct: 0.25 },
  }),
);
const words = { IO: 2, S1: 4, "S1+1": 5, S2: 10, end: 14 };

async function circuits(...args: string[]) {
  let out = "";
  let err = "";
  const code = await runProgram(["circuits", ...args], new AbortController().signal, {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

describe("circuits", () => {
  it("lists them all with their papers", async () => {
    const json = join(folder, "list.json");
    const { code, out } = await circuits("--json", json);
    expect(code).toBe(0);
    const list = JSON.parse(readFileSync(json, "utf8")).circuits as { name: string; paper: string }[];
    expect(list.map(({ name }) => name)).toEqual(Object.keys(publishedCircuits));
    for (const { name, paper } of list) {
      expect(out).toContain(name);
      expect(paper).toMatch(/20\d\d/);
    }
  });

  it("writes the edges of one, from a folder or a configuration file", async () => {
    const graph = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });
    const expected = Circuit.of(graph, ioiEdges(graph));
    for (const where of [
      ["--model", folder],
      ["--config", join(folder, "config.json")],
      ["--config", renamed],
    ]) {
      const json = join(folder, "ioi.json");
      const { code, err, out } = await circuits("ioi-edges", ...where, "--json", json);
      expect(err).toBe("");
      expect(code).toBe(0);
      expect(out).toContain("739 of 32491 edges");
      expect(JSON.parse(readFileSync(json, "utf8"))).toEqual({
        circuit: "ioi-edges",
        graph: graph.config,
        edgeCount: 32491,
        edges: [...expected].map(({ name }) => ({ edge: name, token: null, score: 1 })),
        others: [],
      });
    }
  });

  it("writes them by token", async () => {
    const json = join(folder, "by-token.json");
    const place = ["--config", renamed, "--by-token", "--seq-len", "13", "--seq-start", "2", "--json", json];
    const { code } = await circuits("ioi-edges", ...place, "--word-positions", JSON.stringify(words));
    expect(code).toBe(0);
    const written = JSON.parse(readFileSync(json, "utf8"));
    expect(written.edgeCount).toBe(13 * 32491);
    expect(written.graph).toMatchObject({ seqLen: 13, separateQkv: true, factorized: true, ungrouped: false });
    expect(written.edges).toHaveLength(869);
    expect(written.edges).toContainEqual({ edge: "A9.9->Resid End", token: 12, score: 1 });
  });

  it("takes --no-separate-qkv and --corrected", async () => {
    const shared = await circuits("ioi-head-based-edges", "--config", renamed, "--no-separate-qkv");
    expect(shared.out).toContain("2340 of 11611 edges");
    const corrected = await circuits("ioi-edges", "--config", renamed, "--corrected");
    expect(corrected.out).toContain("771 of 32491 edges");
  });
});

describe("circuits refuses", () => {
  const byToken = ["--config", renamed, "--by-token", "--seq-len", "15"];
  it.each([
    { args: ["ioi-edge", "--config", renamed], says: "Did you mean ioi-edges" },
    { args: ["toString", "--config", renamed], says: "There is no circuit" },
    { args: ["ioi-edges"], says: "--model with its folder, .gguf file or name on the hub, or --config FILE" },
    { args: ["ioi-edges", "--config", renamed, "--model", folder], says: "one of them" },
    { args: ["ioi-edges", "--config", join(folder, "none.json")], says: "none.json: does not exist" },
    { args: ["ioi-edges", "--config", renamed, "--by-token"], says: "--seq-len N" },
    { args: ["ioi-edges", "--config", renamed, "--seq-len", "4"], says: "Add --by-token" },
    { args: ["ioi-edges", ...byToken], says: "lacks IO, S1, S1+1, S2, end" },
    { args: ["ioi-edges", ...byToken, "--word-positions", '{"IO":2}'], says: "lacks S1, S1+1, S2, end" },
    { args: ["ioi-edges", ...byToken, "--word-positions", "{IO:2}"], says: "not valid JSON" },
    { args: ["ioi-edges", ...byToken, "--word-positions", "[2]"], says: "not an object" },
    { args: ["ioi-edges", ...byToken, "--word-positions", '{"IO":-1}'], says: "IO is at -1" },
    { args: ["docstring-edges", "--config", renamed], says: "belongs to attn-only-4l" },
    { args: ["ioi-edges", "--config", renamed, "--no-separate-qkv"], says: "Leave --no-separate-qkv out" },
    { args: ["sports-players-edges", "--config", pythia], says: "Make it with --no-separate-qkv" },
  ])("$args", async ({ args, says }) => {
    const { code, err } = await circuits(...args);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });

  it("a configuration that is none, by the name it was given", async () => {
    const broken = join(folder, "broken.json");
    writeFileSync(broken, "{");
    const { code, err } = await circuits("ioi-edges", "--config", broken);
    expect(code).toBe(2);
    expect(err).toContain(`${broken}`);
  });
});
