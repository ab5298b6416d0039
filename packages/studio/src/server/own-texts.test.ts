import { fileURLToPath } from "node:url";
import { loadPrompts, type PatchableModel } from "@autocircuit/core";
import { loadModel, logitTable, type TextTokenizer } from "@autocircuit/models";
import { Tensor } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asItIs, TestStudio } from "../../test/client.ts";
import type { EvaluateLine, GenerateLine, PromptList, RunAnswer, Session, TokensAnswer } from "../api/index.ts";

/** A small Llama with a tokenizer of a few letters. */
const file = fileURLToPath(new URL("../../../models/test/fixtures/gguf/llama.gguf", import.meta.url));

let model: PatchableModel;
let studio: TestStudio;
beforeAll(async () => {
  model = await loadModel(file, { dtype: "float64" });
  const prompts = ["ba", "aa", "bb", "ba"].map((clean) => ({
    clean,
    corrupt: "ba",
    answers: ["a"],
    wrong_answers: ["b"],
  }));
  const { train } = await loadPrompts(
    { prompts },
    { tokenizer: model.tokenizer!, size: { train: 4, test: 0 }, shuffle: false },
  );
  studio = await TestStudio.start({ model, prompts: train, title: "texts" });
});
afterAll(async () => {
  await studio.studio.close();
  model.dispose();
});

describe("a person's own texts", () => {
  it("are what the prompts of the list can be made into", async () => {
    expect((await studio.get<Session>("api/session")).tokenizer).toBe(true);
    const { prompts } = await studio.get<PromptList>("api/prompts");
    const { text, clean, corrupt } = prompts[1]!;
    const cut = await studio.post<TokensAnswer>("api/tokens", text);
    expect([cut.clean, cut.corrupt, cut.refused]).toEqual([clean, corrupt, null]);
    expect(cut.differ).toEqual([...clean.keys()].filter((position) => clean[position] !== corrupt[position]));
    const [own, listed] = await Promise.all(
      [text!, { index: 1 }].map((prompt) => studio.post<RunAnswer>("api/run", { ...asItIs, ablated: [5], prompt })),
    );
    for (const name of ["full", "patched"] as const) {
      expect(own![name].top.map(({ id }) => id)).toEqual(listed![name].top.map(({ id }) => id));
      expect(own![name].top[0]!.probability).toBeCloseTo(listed![name].top[0]!.probability, 5);
    }
    expect([own!.full.logitDiff, own!.full.answers]).toEqual([null, []]);
    expect(listed!.full.answers.map(({ correct }) => correct)).toEqual([true, false]);
  });

  it("have the likeliest tokens that the library gives", async () => {
    const run = await studio.post<RunAnswer>("api/run", {
      ...asItIs,
      prompt: { clean: "bbaa", corrupt: "bbba" },
      top: 4,
    });
    const { top } = await logitTable(model, "bbaa", { top: 4 });
    expect(run.full.top.map(({ id }) => id)).toEqual(top.map(({ token }) => token));
    for (const [place, { probability, logit, token }] of run.full.top.entries()) {
      expect(probability).toBeCloseTo(top[place]!.probability, 6);
      expect(logit).toBeCloseTo(top[place]!.logit, 6);
      expect(token).toBe(top[place]!.text);
    }
  });

  it("are refused in words where they cannot be run", async () => {
    const uneven = { clean: "abb", corrupt: "a" };
    const cut = await studio.post<TokensAnswer>("api/tokens", uneven);
    expect(cut.refused).toMatch(/equally many/);
    expect(cut.differ.length).toBeGreaterThan(0);
    const run = await studio.send("api/run", { ...asItIs, prompt: uneven });
    expect([run.status, await run.json()]).toEqual([
      400,
      expect.objectContaining({ code: "bad-input", message: cut.refused }),
    ]);
    const long = "ab".repeat(5000);
    expect((await studio.post<TokensAnswer>("api/tokens", { clean: long, corrupt: long })).refused).toMatch(/context/);
    expect((await studio.send("api/tokens", { clean: "x".repeat(100_001), corrupt: "" })).status).toBe(400);
  });

  it("take a mean over the data set where they are as long as its prompts", async () => {
    const prompt = { clean: "ba", corrupt: "bb" };
    const request = { ...asItIs, ablated: [3], ablation: "tokenwise-mean-clean", prompt };
    expect((await studio.send("api/run", request)).status).toBe(200);
    const longer = { ...request, prompt: { clean: "bbbba", corrupt: "bbbbb" } };
    expect((await studio.send("api/run", longer)).status).toBe(400);
  });

  it("are continued", async () => {
    const request = { ...asItIs, ablated: [2, 9], prompt: { clean: "ba", corrupt: "bb" }, count: 3 };
    const lines = await studio.lines<GenerateLine>("api/generate", request);
    const full = lines.flatMap((line) => (line.type === "token" && line.model === "full" ? [line.token] : []));
    const tokenizer = model.tokenizer as TextTokenizer;
    const ids = [...(tokenizer.bosId === null ? [] : [tokenizer.bosId]), ...tokenizer.encode("ba")];
    const expected: (string | undefined)[] = [];
    while (expected.length < full.length) {
      using tokens = Tensor.from(BigInt64Array.from(ids, BigInt), { shape: [1, ids.length], dtype: "int64" });
      using logits = await model.forward(tokens);
      using best = logits.argmax(1);
      ids.push(await best.item());
      expected.push(tokenizer.token(ids.at(-1)!));
    }
    expect(full).toEqual(expected);
  });

  it("leave the data set alone", async () => {
    const lines = await studio.lines<EvaluateLine>("api/evaluate", { ...asItIs, promptCount: null });
    expect(lines.at(-1)).toMatchObject({ type: "done", circuit: { kl: 0, faithfulness: 1 } });
  });
});
