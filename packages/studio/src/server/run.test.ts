import { tracrReverse } from "@autocircuit/circuits";
import {
  type AblationType,
  ablationTypes,
  Circuit,
  type PatchableModel,
  type PatchType,
  type PromptLoader,
  runCircuits,
} from "@autocircuit/core";
import { edgeAttribution } from "@autocircuit/discovery";
import { batchAnswerDifference, klOfLogprobs, logprob, prob } from "@autocircuit/metrics";
import { scope } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { asItIs, everything, TestStudio } from "../../test/client.ts";
import { smallModel } from "../../test/small-model.ts";
import type { Output, RunAnswer, RunRequest, ScoreSet } from "../api/index.ts";

/** What the library says of one prompt: the full model and each circuit. */
async function byLibrary(
  model: PatchableModel,
  prompts: PromptLoader,
  circuits: Circuit[],
  { index, ablation, patch, place }: { index: number; ablation: AblationType; patch: PatchType; place: number },
) {
  using runs = await runCircuits(model, prompts, { circuits, ablation, patch });
  const number = Math.floor(index / prompts.batchSize);
  const batch = prompts.batches[number]!;
  const row = index % prompts.batchSize;
  using full = await model.forward(batch.clean);
  return await scope(() =>
    Promise.all(
      [full, ...runs.map(({ logits }) => logits[number]!)].map(async (logits) => {
        const differences = Array.from(await batchAnswerDifference(logits, batch).data(), Number);
        const divergences = Array.from(await klOfLogprobs(logprob(full), logprob(logits)).data(), Number);
        const at = (values: typeof logits) =>
          (values.shape.length === 3 ? values.select(1, place) : values).select(0, row);
        const values = Array.from(await at(logits).data(), Number);
        const probabilities = Array.from(await at(prob(logits)).data(), Number);
        return { logitDiff: differences[row]!, kl: Math.max(0, divergences[row]!), values, probabilities };
      }),
    ),
  );
}

function expectEqual(output: Output, expected: Awaited<ReturnType<typeof byLibrary>>[number]): void {
  expect(Math.abs(output.logitDiff! - expected.logitDiff)).toBeLessThan(1e-6);
  expect(Math.abs(output.kl! - expected.kl)).toBeLessThan(1e-6);
  for (const { id, logit, probability } of [...output.top, ...output.answers]) {
    expect(Math.abs(logit - expected.values[id]!)).toBeLessThan(1e-6);
    expect(Math.abs(probability - expected.probabilities[id]!)).toBeLessThan(1e-6);
  }
  const best = Math.max(...expected.values);
  expect(Math.abs(output.top[0]!.logit - best)).toBeLessThan(1e-6);
}

/** How many masks are run together matters for rounding. */
function expectSame(output: Output, expected: Output): void {
  expect(output.top.map(({ id }) => id)).toEqual(expected.top.map(({ id }) => id));
  for (const [place, { logit }] of output.top.entries()) expect(logit).toBeCloseTo(expected.top[place]!.logit, 9);
  expect(output.kl).toBeCloseTo(expected.kl!, 9);
}

describe("one prompt", () => {
  const ways = (["tree", "edge"] as const).flatMap((patch) =>
    ablationTypes.map((ablation) => [patch, ablation] as const),
  );

  it.each(ways)("is what the library gives of a compiled model: %s, %s", async (patch, ablation) => {
    await using task = await tracrReverse();
    const { model, test, train } = task;
    const scores = await edgeAttribution(model, train);
    await using studio = await TestStudio.start(task, { sets: [{ name: "eap", origin: "test", of: scores }] });
    const [set] = await studio.get<ScoreSet[]>("api/score-sets");
    const circuit = scores.circuit(6);
    const ablated = scores.top(1).map((edge) => edge.index);
    const choice = { circuit: { ...everything, scores: set!.id, size: 6 }, ablated, ablation, patch };
    const index = 100;
    const answer = await studio.post<RunAnswer>("api/run", { ...choice, prompt: { index }, position: 3, top: 3 });
    expect([answer.circuitSize, answer.patchedSize]).toEqual([circuit.size, circuit.size - 1]);
    expect([answer.positions, answer.position]).toEqual([[1, 2, 3, 4, 5], 3]);
    const patched = Circuit.where(model.graph, (edge) => circuit.has(edge) && !ablated.includes(edge));
    const expected = await byLibrary(model, test, [circuit, patched], { index, ablation, patch, place: 2 });
    for (const [place, name] of (["full", "circuit", "patched"] as const).entries())
      expectEqual(answer[name], expected[place]!);
    // Of two edges in a row the second alone brings the clean value in.
    if (patch === "tree") expect(answer.patched.kl).not.toBe(answer.circuit.kl);
  });

  it.each(ways)(
    "is what the library gives of a language model, padded prompts too: %s, %s",
    async (patch, ablation) => {
      const { model, prompts } = await smallModel({ padded: ablation === "zero" });
      using _model = model;
      const all = Circuit.where(model.graph, () => true);
      await using studio = await TestStudio.start({ model, prompts, title: "small" });
      for (const index of [7, 6, 7]) {
        const ablated = [3 + index, 40, 77];
        const request: RunRequest = { circuit: everything, ablated, ablation, patch, prompt: { index } };
        const answer = await studio.post<RunAnswer>("api/run", request);
        const patched = Circuit.where(model.graph, (edge) => !ablated.includes(edge));
        const expected = await byLibrary(model, prompts, [all, patched], { index, ablation, patch, place: 0 });
        for (const [place, name] of (["full", "circuit", "patched"] as const).entries())
          expectEqual(answer[name], expected[place]!);
      }
    },
  );

  it("by token, with edges put in and taken out", async () => {
    const { model, prompts } = await smallModel({ byToken: true });
    using _model = model;
    await using studio = await TestStudio.start({ model, prompts, title: "small" });
    const [add, remove] = [
      [5, 6, 600],
      [6, 7],
    ];
    const request = { ...asItIs, circuit: { ...everything, add, remove }, ablated: [9], prompt: { index: 0 } };
    const answer = await studio.post<RunAnswer>("api/run", request);
    const circuit = Circuit.where(model.graph, (edge) => !remove.includes(edge));
    const patched = Circuit.where(model.graph, (edge) => circuit.has(edge) && edge !== 9);
    const how = { index: 0, ablation: "resample", patch: "tree", place: 0 } as const;
    const expected = await byLibrary(model, prompts, [circuit, patched], how);
    expectEqual(answer.circuit, expected[1]!);
    expectEqual(answer.patched, expected[2]!);
  });

  it.each<[string, Partial<RunRequest>, RegExp]>([
    ["a prompt there is not", { prompt: { index: 10 } }, /There is no prompt 10: they go from 0 to 9/],
    ["a text without a tokenizer", { prompt: { clean: "a", corrupt: "b" } }, /no tokenizer/],
    ["an edge there is not", { ablated: [1e6] }, /edge number 1000000/],
    ["a score set there is not", { circuit: { ...everything, scores: "s9" } }, /no score set/],
    ["a position that does not count", { position: 1 }, /position 1 does not count/],
    ["an ablation there is not", { ablation: "mean" as AblationType }, /`ablation` must be one of/],
    ["an option there is not", { signal: 1 } as never, /has no option `signal`/],
    ["a circuit that is none", { circuit: { scores: null } as never }, /`size` must be/],
  ])("refuses %s", async (_, changes, message) => {
    const { model, prompts } = await smallModel();
    using _model = model;
    await using studio = await TestStudio.start({ model, prompts, title: "small" });
    const response = await studio.send("api/run", { ...asItIs, prompt: { index: 0 }, ...changes });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    const { code, message: text } = (await response.json()) as { code: string; message: string };
    expect(code).toMatch(/^(bad-input|unknown-name|not-found)$/);
    expect(text).toMatch(message);
  });

  it("is the same after many other clicks, and where one step back is made", async () => {
    const { model, prompts } = await smallModel();
    using _model = model;
    await using studio = await TestStudio.start({ model, prompts, title: "small" });
    const circuit = { ...everything, remove: [3] };
    const clicked = (edge: number) =>
      studio.post<RunAnswer>("api/run", { ...asItIs, circuit, ablated: [edge], prompt: { index: 0 } });
    const first = await clicked(10);
    for (let edge = 11; edge < 50; edge++) expect((await clicked(edge)).circuit).toEqual(first.circuit);
    expectSame((await clicked(10)).patched, first.patched);
    // More prompts, so that all of them are not kept for ever.
    for (let index = 0; index < 10; index++)
      await studio.post("api/run", { ...asItIs, ablated: [4], prompt: { index } });
    expectSame((await clicked(10)).patched, first.patched);
  });

  it("a newer run of the same page takes the place of the older, and late ones are refused", async () => {
    const { model, prompts } = await smallModel();
    using _model = model;
    await using studio = await TestStudio.start({ model, prompts, title: "small" });
    const send = (sequence: number, index: number) =>
      studio.send(
        "api/run",
        { ...asItIs, ablated: [sequence], prompt: { index } },
        { headers: { "x-studio-page": "tab", "x-studio-sequence": `${sequence}` } },
      );
    const answers = await Promise.all(Array.from({ length: 10 }, (_, sequence) => send(sequence, sequence)));
    expect(answers.at(-1)!.status).toBe(200);
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const late = await send(3, 3);
    expect([late.status, await late.json()]).toEqual([409, expect.objectContaining({ code: "aborted" })]);
    expect((await studio.send("api/run", {}, { headers: { "x-studio-page": "tab" } })).status).toBe(400);
  });
});
