import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gpt2Tokenizer } from "@autocircuit/models";
import { setThreads } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { tinyGpt2 } from "../../test/tiny-gpt2.ts";
import { readyTask, tasks, tracrTasks } from "./registry.ts";

const textTasks = Object.values(tasks).filter(({ name }) => !Object.hasOwn(tracrTasks, name));

await setThreads(1);

const empty = mkdtempSync(join(tmpdir(), "no-models-"));
afterAll(() => rmSync(empty, { recursive: true }));

describe.each(textTasks.map(({ name }) => name))("%s without weights", (name) => {
  it("says what it needs and how to get it", async () => {
    vi.stubEnv("AUTOCIRCUIT_MODELS", empty);
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    const loading = tasks[name]!.load();
    await expect(loading).rejects.toMatchObject({ code: "not-found", reason: "no-model-of-task" });
    await expect(loading).rejects.toThrow(
      /weights are not on this machine\. It is \S+\/\S+ on the Hugging Face hub.*`model: FOLDER`/s,
    );
    vi.unstubAllEnvs();
  });

  it("says which circuits it has", async () => {
    const names = Object.keys(tasks[name]!.circuits);
    const says = name.endsWith("-autoencoder") ? "no circuit is known for" : `There is: ${names.join(", ")}.`;
    expect(names.length > 0).toBe(says.startsWith("There is"));
    await expect(tasks[name]!.load({ knownCircuit: "no such" })).rejects.toThrow(says);
  });
});

it("tasks are found by name, and by the key that they have once they are loaded, which is no other's", () => {
  for (const task of Object.values(tasks)) expect([readyTask(task.name), readyTask(task.key)]).toEqual([task, task]);
  for (const name of ["", "toString", "ioi"]) expect(readyTask(name)).toBe(undefined);
});

it("the page of circuits names those that each task has", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/circuits.md"), "utf8");
  for (const { name, circuits } of textTasks.filter((task) => !task.needsAutoencoders)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` `));
    const listed = Object.keys(circuits).map((circuit) => `\`${circuit}\``);
    expect(row?.split("|").at(-2)?.trim(), name).toBe(listed.join(", "));
  }
});

describe("a model of another shape", () => {
  it("has no circuit by name, which is said before its weights are read", async () => {
    const config = { model_type: "gpt2", n_layer: 2, n_head: 12, n_embd: 24, n_positions: 64, vocab_size: 50257 };
    writeFileSync(join(empty, "config.json"), JSON.stringify(config));
    const loading = tasks["ioi-component"]!.load({ model: empty, knownCircuit: "edges" });
    await expect(loading).rejects.toThrow(/ioi-component: this circuit belongs to GPT-2 small.*2 blocks of 12 heads/);
  });

  it("runs, with prompts of one length and no known circuit", async () => {
    using model = await tinyGpt2({ layers: 2 });
    await using task = await tasks["ioi-component"]!.load({ model: model.folder });
    expect([task.knownEdges, task.options.knownElsewhere]).toEqual([null, true]);
    expect([task.train.batchSize, task.train.length, task.train.seqLen]).toEqual([64, 2, 15]);
    expect(task.notes).toEqual([
      expect.stringMatching(
        /^No circuit of ioi-component is known for \S+ \(2 blocks of \d+ heads\): the published ones \(.+\) belong to a model of another shape\. The \d+ prompt pairs of 15 tokens were made for its vocabulary\.$/,
      ),
    ]);
    await using byToken = await tasks["ioi-token"]!.load({ model: model.folder });
    expect([byToken.knownEdges, byToken.model.graph.seqLen]).toEqual([null, 15]);
    await using sports = await tasks["sports-players-component"]!.load({ model: model.folder });
    expect([sports.knownEdges, sports.train.seqLen]).toEqual([null, 20]);
  });

  it("does not take GPT-2's vocabulary where it has one of its own", async () => {
    const config = { model_type: "gpt2", n_layer: 2, n_head: 12, n_embd: 24, n_positions: 64, vocab_size: 49152 };
    writeFileSync(join(empty, "config.json"), JSON.stringify(config));
    await expect(tasks["ioi-component"]!.load({ model: empty })).rejects.toThrow(/has no tokenizer.*tokenizer\.json/);
  });

  it("says so where it lacks the tokenizer it needs", async () => {
    const config = { n_layers: 4, n_heads: 8, d_model: 16, d_head: 2, d_vocab: 30, n_ctx: 64, attn_only: true };
    const rest = { act_fn: null, normalization_type: "LNPre", d_mlp: 64, eps: 1e-5 };
    writeFileSync(join(empty, "config.json"), JSON.stringify({ ...config, ...rest }));
    const loading = tasks["docstring-token"]!.load({ model: empty });
    await expect(loading).rejects.toThrow(/docstring-token: .* has no tokenizer.*gpt-neox-tokenizer-digits/s);
  });
});

describe("on a random model of GPT-2 small's shape", () => {
  let model: Awaited<ReturnType<typeof tinyGpt2>>;
  beforeAll(async () => {
    model = await tinyGpt2();
  });
  afterAll(() => model[Symbol.dispose]());

  it("ioi-component has AutoCircuit's batches and circuit", async () => {
    await using task = await tasks["ioi-component"]!.load({ model: model.folder });
    expect(task.key).toBe("Indirect Object Identification Component Circuit");
    expect([task.train.batchSize, task.train.length, task.test.batchSize, task.test.length]).toEqual([64, 2, 64, 2]);
    expect([task.model.graph.edgeCount, task.knownEdgeCount]).toEqual([32491, 739]);
    expect(task.model.outputSlice).toBe("last_seq");
    const [pair] = task.train.prompts;
    expect(pair!.clean[0]).toBe(50256);
    const [answer] = pair!.answers as number[];
    expect(gpt2Tokenizer().token(answer!)).toMatch(/^ [A-Z][a-z]+$/);
    expect(pair!.clean).toContain(answer);
    using logits = await task.model.forward(task.test.batches[0]!.clean);
    expect(logits.shape).toEqual([64, 50257]);
  });

  it("ioi-token has one length, positions with BOS, and the circuit by heads", async () => {
    await using task = await tasks["ioi-token"]!.load({ model: model.folder });
    expect([task.train.batchSize, task.train.length, task.test.batchSize, task.test.length]).toEqual([300, 1, 100, 1]);
    expect([task.train.seqLen, task.model.graph.seqLen]).toEqual([15, 15]);
    expect(task.train.wordPositions).toEqual({ IO: 2, S1: 4, "S1+1": 5, S2: 10, end: 14 });
    expect(task.knownEdgeCount).toBe(47126);
    expect(task.train.tokenLabels).toHaveLength(15);
    await using byEdges = await tasks["ioi-token"]!.load({ model: model.folder, knownCircuit: "edges" });
    expect(byEdges.knownEdgeCount).toBe(869);
  });

  it("greaterthan-component has its circuit", async () => {
    await using task = await tasks["greaterthan-component"]!.load({ model: model.folder });
    expect([task.train.promptCount, task.test.promptCount, task.knownEdgeCount]).toEqual([128, 128, 235]);
    using logits = await task.model.forward(task.test.batches[0]!.clean);
    expect(logits.shape).toEqual([64, 50257]);
  });
});
