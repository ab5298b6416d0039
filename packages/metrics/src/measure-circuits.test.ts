import { Circuit, PatchableModel, PromptLoader, PruneScores, runCircuits } from "@autocircuit/core";
import { expect, it, vi } from "vitest";
import { smallModel } from "../test/small-model.ts";
import { usualMetrics } from "./fitting-metrics.ts";
import { measureCircuits } from "./measure-circuits.ts";
import { metrics, type NamedMetric } from "./metrics.ts";

const prompts = new PromptLoader(
  [
    { clean: [0, 1, 2], corrupt: [3, 1, 0], answers: [1], wrongAnswers: [2] },
    { clean: [2, 2, 1], corrupt: [0, 3, 3], answers: [0], wrongAnswers: [3] },
  ],
  { batchSize: 1 },
);

it("measures what the metrics measure of all circuits together, and says how far it is", async () => {
  using model = smallModel();
  const scores = new PruneScores(
    model.graph,
    Float32Array.from({ length: model.graph.edgeCount }, (_, i) => Math.floor(i / 2) + 1),
  );
  const seen: number[] = [];
  const measured = await measureCircuits(model, prompts, {
    ...{ scores, sizes: [0, 1, 2, 4] },
    onProgress: ({ done, total }) => seen.push(done / total),
  });
  using runs = await runCircuits(model, prompts, { scores, sizes: [0, 1, 2, 4] });
  // Two sizes tie.
  expect(measured.map(({ size, asked }) => ({ size, asked }))).toEqual(
    runs.map(({ size, asked }) => ({ size, asked })),
  );
  expect(measured.map(({ notes }) => notes)).toEqual(
    measured.map(({ size, asked }) =>
      asked[0] === size ? [] : [expect.stringContaining(`${size} edges instead of the ${asked[0]} asked for`)],
    ),
  );
  expect(measured.flatMap(({ notes }) => notes)).not.toEqual([]);
  for (const name of usualMetrics(model)) {
    const expected = await metrics[name].measure(model, prompts, runs);
    expect(measured.map(({ metrics }) => metrics[name])).toEqual(expected.map(({ value }) => value));
  }
  expect(seen.at(-1)).toBe(1);
});

it("measures circuits by signed scores", async () => {
  using model = smallModel();
  const scores = new PruneScores(
    model.graph,
    Float32Array.from({ length: model.graph.edgeCount }, (_, i) => (i % 3 === 0 ? -i - 1 : i + 1)),
  );
  const how = { metrics: ["kl-clean"] } as const;
  const sizes = [Math.floor(model.graph.edgeCount * 0.6)];
  const signed = await measureCircuits(model, prompts, { scores, sizes, rank: "signed", ...how });
  const order = [...scores.values.keys()].sort((a, b) => scores.values[b]! - scores.values[a]!).slice(0, sizes[0]);
  const circuits = [Circuit.of(model.graph, order)];
  expect(signed).toEqual(await measureCircuits(model, prompts, { circuits, ...how }));
  expect(signed).not.toEqual(await measureCircuits(model, prompts, { scores, sizes, ...how }));
});

it("refuses what cannot be measured, or says nothing, before anything runs", async () => {
  using tokens = smallModel();
  using numbers = smallModel({ dVocabOut: 1 });
  const run = vi.spyOn(PatchableModel.prototype, "run");
  const forward = vi.spyOn(PatchableModel.prototype, "forward");
  const pairs = prompts.prompts.map((pair) => ({ ...pair, corrupt: pair.clean }));
  const same = new PromptLoader(pairs, { batchSize: 1 });
  const of = (model: PatchableModel, some: PromptLoader, options: object) =>
    measureCircuits(model, some, { circuits: [Circuit.of(model.graph, [])], ...options });
  await expect(of(tokens, prompts, { metrics: ["kl-clean", "answer-max-abs-diff"] })).rejects.toThrow(
    /^answer-max-abs-diff cannot be measured on this model, whose outputs are logits of tokens.* take some of: .*kl-clean/,
  );
  await expect(of(numbers, prompts, { metrics: ["kl-clean"] })).rejects.toThrow(/outputs are numbers, not a distr/);
  await expect(of(tokens, same, {})).rejects.toThrow(/Clean and corrupt are the same in all 2 prompt pairs/);
  expect([run.mock.calls, forward.mock.calls]).toEqual([[], []]);
  vi.restoreAllMocks();
  const [zero] = await of(tokens, same, { metrics: ["kl-clean"], ablation: "zero" });
  expect(zero!.metrics["kl-clean"]).toBeGreaterThan(0);
});

it("all metrics of tokens, and of numbers, by what the table says they need", () => {
  const of = (dVocabOut: number) => usualMetrics({ config: { dVocabOut } as never }, true);
  const table = Object.entries<NamedMetric>(metrics);
  const names = (rows: typeof table) => rows.map(([name]) => name);
  const [tokens, numbers] = [of(4), of(1)];
  expect(tokens).toEqual(names(table.filter(([, { answers }]) => answers !== "numbers")));
  // What a model that outputs numbers has: no tokens to answer with, and none to compare.
  expect(numbers).toEqual(expect.arrayContaining(names(table.filter(([, { answers }]) => answers === "numbers"))));
  expect(numbers).toEqual(expect.arrayContaining(["max-abs-diff", "mean-squared-error"]));
  for (const [name, { answers, distribution }] of table)
    if (answers === "tokens" || distribution) expect(numbers).not.toContain(name);
  for (const name of usualMetrics({ config: { dVocabOut: 1 } as never })) expect(numbers).toContain(name);
});

it("the usual metrics of what is no model are an error", () => {
  for (const wrong of [undefined, null, "gpt2", {}, { config: {} }])
    expect(() => usualMetrics(wrong as never)).toThrow(/usualMetrics: `model` must be a PatchableModel/);
  expect(() => usualMetrics({ config: { dVocabOut: 1 } } as never, "all" as never)).toThrow(
    /`all` must be true or false/,
  );
});

it("every metric of numbers gives a number for a model that outputs one a position", async () => {
  using model = smallModel({ dVocabOut: 1 });
  const pair = (clean: number[], answer: number) => ({
    ...{ clean, corrupt: [3, 1, 0] },
    ...{ answers: [answer], wrongAnswers: [0.5] },
  });
  const own = new PromptLoader([pair([0, 1, 2], 0.25), pair([2, 2, 1], 1)], { batchSize: 1 });
  const scores = new PruneScores(
    model.graph,
    new Float32Array(model.graph.edgeCount).map((_, i) => i),
  );
  const metrics = usualMetrics(model, true);
  const [measured] = await measureCircuits(model, own, { scores, sizes: [3], metrics });
  expect(Object.keys(measured!.metrics)).toEqual(metrics);
  for (const name of metrics) expect(measured!.metrics[name]).toBeGreaterThan(0);
});

it("says what is missing where nothing says which circuits", async () => {
  using model = smallModel();
  for (const options of [undefined, {}])
    await expect(measureCircuits(model, prompts, options as never)).rejects.toMatchObject({
      ...{ code: "bad-input", message: "Give either `circuits` or `scores`." },
    });
  await expect(runCircuits(model, prompts, undefined as never)).rejects.toMatchObject({ code: "bad-input" });
});
