import { Graph, PromptLoader, type PromptPair } from "@autocircuit/core";
import { klOfLogprobs, logprob } from "@autocircuit/metrics";
import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { algorithms } from "../algorithms.ts";
import { cleanRunScores } from "../attribution/clean-run-scores.ts";
import { eapIgInputs } from "../attribution/eap-ig-inputs.ts";
import { PromptSpans, type SpanRange } from "./prompt-spans.ts";
import { runSpanCircuit } from "./run-span-circuit.ts";
import { spanScores } from "./score-spans.ts";
import { SpanCircuit } from "./span-circuit.ts";
import { type SpanAlgorithm, spanAlgorithmNames } from "./span-options.ts";
import { SpanScores } from "./span-scores.ts";

const task = randomTask({ seed: 4, promptCount: 5 });
const { model } = task;
const { graph } = model;
/** Prompts of 6, 4, 6, 5 and 4 tokens. */
const pairs: PromptPair[] = task.prompts.prompts.map((pair, i) => {
  const length = [6, 4, 6, 5, 4][i]!;
  return { ...pair, clean: pair.clean.slice(0, length), corrupt: pair.corrupt.slice(0, length) };
});
/** The first token, what comes next (nothing in the shortest), and the last two. */
const ranges = pairs.map(({ clean: { length } }): Record<string, SpanRange> => {
  const middle = length === 4 ? 1 : length - 2;
  return { first: [0, 1], middle: [1, middle], last: [middle, length] };
});
const spans = new PromptSpans(pairs, ranges);
const loaderOf = (some: PromptPair[]) => new PromptLoader(some, { batchSize: some.length });
const numbers = async (tensor: Tensor) => Array.from(await tensor.data(), Number);

describe("PromptSpans", () => {
  it("knows the span of each token", () => {
    expect(spans.names).toEqual(["first", "middle", "last"]);
    expect(spans.ofTokens.map((tokens) => [...tokens].join(""))).toEqual(["011122", "0222", "011122", "01122", "0222"]);
  });

  const first = (change: Record<string, SpanRange>) =>
    ranges.map((span, i) => (i === 2 ? { ...span, ...change } : span));
  it.each([
    ["overlap", first({ middle: [0, 4] }), /prompt 2 do not fit: "first" and "middle" overlap at token 0/],
    ["leave a token out", first({ middle: [2, 4] }), /prompt 2 do not fit: no span has token 1 of 6/],
    ["go beyond the prompt", first({ last: [4, 7] }), /"last" is \[4, 7\], but the prompt has 6 tokens/],
    ["end before they begin", first({ middle: [4, 1] }), /"middle" is \[4, 1\]/],
    ["have other names", first({ more: [6, 6] }), /"more" is one that the first prompt does not have/],
    ["are no ranges", first({ first: [0] as never }), /`spans` must be a list/],
    ["are of fewer prompts", ranges.slice(1), /spans of 4 prompts, and 5 prompts/],
    ["are none", pairs.map(() => ({})), /prompt 0 do not fit: there is none/],
  ])("spans that %s are an error", (_, wrong, message) => {
    expect(() => new PromptSpans(pairs, wrong)).toThrow(message);
  });

  it("a pair of unequal length is an error, and a span that is missing", () => {
    const longer = pairs.map((pair, i) => (i === 1 ? { ...pair, corrupt: [...pair.corrupt, 1] } : pair));
    expect(() => new PromptSpans(longer, ranges)).toThrow(/Prompt 1 has 4 clean and 5 corrupt tokens/);
    const missing = ranges.map((span, i) => (i === 3 ? { first: span.first!, last: span.last! } : span));
    expect(() => new PromptSpans(pairs, missing)).toThrow(/prompt 3 do not fit: "middle" is missing/);
  });
});

describe("spanScores", () => {
  /** Options of an algorithm that are not its defaults. */
  const own: Partial<Record<SpanAlgorithm, Record<string, unknown>>> = {
    ceap: { steps: 2, from: "clean" },
    "eap-gp": { steps: 2, path: "source" },
    "eap-ig-activations": { steps: 2 },
    "eap-ig-inputs": { steps: 3 },
    exact: { prune: true },
    relp: { attention: true },
  };

  it.each(spanAlgorithmNames)(
    "%s: sums over the spans are those over the tokens, whatever the lengths",
    async (algorithm) => {
      const algorithmOptions = own[algorithm] ?? {};
      const found = await spanScores(model, pairs, spans, { algorithm, algorithmOptions, batchSize: 2 });
      expect(found.info.options).toMatchObject({ algorithm, ...algorithmOptions });
      const whole = new Float64Array(graph.edgeCount);
      for (const pair of pairs) {
        const byToken = model.withGraph({ seqLen: pair.clean.length, byToken: true });
        const { values } = await algorithms[algorithm].discover(byToken, loaderOf([pair]), algorithmOptions);
        for (const { index, src, dest } of byToken.graph.edges())
          whole[graph.index(`${src.name}->${dest.name}`)]! += values[index]! / pairs.length;
      }
      const most = whole.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(most).toBeGreaterThan(0);
      for (let edge = 0; edge < graph.edgeCount; edge++) {
        const sum = [0, 1, 2].reduce((sum, span) => sum + found.values[span * graph.edgeCount + edge]!, 0);
        expect(Math.abs(sum - whole[edge]!)).toBeLessThan(1e-4 * most);
      }
    },
  );

  it("over whole prompts a gradient's scores of spans are those without tokens", async () => {
    const found = await spanScores(model, pairs, spans, { batchSize: 2 });
    const [first] = pairs;
    const alone = await spanScores(model, [first!], new PromptSpans([first!], [ranges[0]!]));
    const { values } = await eapIgInputs(model.withGraph({ seqLen: 6 }), loaderOf([first!]));
    for (const [edge, value] of values.entries()) {
      const sum = [0, 1, 2].reduce((sum, span) => sum + alone.values[span * graph.edgeCount + edge]!, 0);
      expect(sum).toBeCloseTo(value, 5);
    }
    expect(found.values).not.toEqual(alone.values);
  });

  it("aggregates the scores of a graph by token", async () => {
    const [pair] = pairs;
    const own = new PromptSpans([pair!], [ranges[0]!]);
    const byToken = await cleanRunScores(model.withGraph({ byToken: true }), loaderOf([pair!]));
    const edge = "A0.1->MLP 1";
    const tokens = [1, 2, 3].map((token) => byToken.get(edge, token));
    const of = async (aggregation: "sum" | "mean" | "sum-abs" | "max-abs") =>
      (await spanScores(model, [pair!], own, { algorithm: "edge-attribution", aggregation })).get(edge, "middle");
    const sum = tokens.reduce((a, b) => a + b);
    expect(await of("sum")).toBeCloseTo(sum, 5);
    expect(await of("mean")).toBeCloseTo(sum / 3, 5);
    expect(await of("sum-abs")).toBeCloseTo(
      tokens.reduce((a, b) => a + Math.abs(b), 0),
      5,
    );
    expect(await of("max-abs")).toBeCloseTo(Math.max(...tokens.map(Math.abs)), 5);
  });

  it("wants a graph without tokens, these prompts, and a loss of one unit", async () => {
    await expect(spanScores(model.withGraph({ byToken: true }), pairs, spans)).rejects.toThrow(/that is not by token/);
    await expect(spanScores(model, pairs.slice(1), spans)).rejects.toThrow(/spans are those of/);
    await expect(spanScores(model, pairs, spans, { loss: "faithfulness" })).rejects.toThrow(/another unit/);
    const refused = (options: Parameters<typeof spanScores>[3], message: RegExp) =>
      expect(spanScores(model, pairs, spans, options)).rejects.toThrow(message);
    await refused({ algorithm: "mean-of-methods" as never }, /`algorithm` must be one of/);
    await refused({ algorithmOptions: { stepz: 2 } }, /`stepz`/);
    await refused({ algorithmOptions: { loss: "kl-div" } }, /`algorithmOptions` has `loss`, which all algorithms take/);
    await refused({ algorithmOptions: { onPrompt: () => 0 } }, /`algorithmOptions` has an `onPrompt`/);
    const flow = { algorithm: "information-flow-routes", ablation: undefined } as const;
    await refused({ ...flow, ablation: "zero" }, /`ablation`/);
    expect((await spanScores(model, pairs, spans, flow)).info.options).not.toHaveProperty("ablation");
  });
});

describe("scores that are none", () => {
  it("too few, NaN, or of other prompts", async () => {
    const { edgeCount } = graph;
    const info = { algorithm: "x", options: {} };
    expect(() => new SpanScores(graph, ["a", "b"], new Float32Array(edgeCount), info)).toThrow(/have \d+ scores, not/);
    const broken = new Float32Array(edgeCount).fill(Number.NaN);
    expect(() => new SpanScores(graph, ["a"], broken, info)).toThrow(/in the span "a" is NaN/);
    await expect(spanScores(model, pairs.toReversed(), spans)).rejects.toThrow(/spans are those of other prompts/);
    const many = Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`s${i}`, [0, 0] as const]));
    expect(() => new PromptSpans([{ clean: [1], corrupt: [2] }], [{ ...many, x: [0, 1] }])).toThrow(
      /70001 spans are more/,
    );
  });
});

describe("circuits over spans", () => {
  const all = spans.names.flatMap((span) =>
    Array.from({ length: graph.edgeCount }, (_, edge) => [edge, span] as const),
  );

  it("of everything is the model; of nothing the corrupt run", async () => {
    const full = await runSpanCircuit(model, pairs, spans, new SpanCircuit(graph, spans.names, all));
    const empty = await runSpanCircuit(model, pairs, spans, new SpanCircuit(graph, spans.names, []));
    for (const [i, pair] of pairs.entries()) {
      const of = async (tokens: readonly number[]) =>
        numbers(
          await model.forward(
            Tensor.from(BigInt64Array.from(tokens, BigInt), { shape: [1, tokens.length], dtype: "int64" }),
          ),
        );
      const [clean, corrupt] = [await of(pair.clean), await of(pair.corrupt)];
      const same = (have: number[], want: number[]) =>
        expect(Math.max(...have.map((value, v) => Math.abs(value - want[v]!)))).toBeLessThan(1e-4);
      same(await numbers(full[i]!), clean);
      same(await numbers(empty[i]!), corrupt);
    }
  });

  it("the best edges with their spans keep more of the output than as many of the others", async () => {
    const scores = await spanScores(model, pairs, spans, { aggregation: "sum-abs" });
    const half = scores.values.length / 2;
    const best = scores.circuit(half);
    expect(best.size).toBe(half);
    expect([...best]).toHaveLength(half);
    const others = all.filter(([edge, span]) => !best.members[spans.names.indexOf(span) * graph.edgeCount + edge]);
    const divergence = async (circuit: SpanCircuit) =>
      scope(async () => {
        const full = await runSpanCircuit(model, pairs, spans, new SpanCircuit(graph, spans.names, all));
        const part = await runSpanCircuit(model, pairs, spans, circuit);
        return Number(
          await klOfLogprobs(logprob(Tensor.stack(full)), logprob(Tensor.stack(part)))
            .mean()
            .item(),
        );
      });
    const found = await divergence(best);
    expect(found).toBeLessThan(0.5 * (await divergence(new SpanCircuit(graph, spans.names, others))));
  });

  it("edges and spans that there are not, sizes and means by position are errors", async () => {
    expect(() => new SpanCircuit(graph, spans.names, [["A0.0->Resid End", "lost"]])).toThrow(/no span "lost"/);
    expect(() => new SpanCircuit(graph, spans.names, [["A9.0->Resid End", "last"]])).toThrow(/A9\.0/);
    const scores = await spanScores(model, pairs, spans, { algorithm: "edge-attribution" });
    expect(() => scores.circuit(1e6)).toThrow(/0 to \d+ edges/);
    expect(() => scores.get("A0.0->Resid End", "lost")).toThrow(/no span "lost"/);
    const run = runSpanCircuit(model, pairs, spans, scores.circuit(5), { ablation: "tokenwise-mean-clean" });
    await expect(run).rejects.toThrow(/is a mean for each position/);
    const byToken = Graph.of(graph.config, { seqLen: 4 });
    expect(() => new SpanCircuit(byToken, ["a"], [])).toThrow(/that is not by token/);
    expect(() => new SpanCircuit(graph, ["a", "a"], [])).toThrow(/"a" is there twice/);
    expect(() => scores.circuit(5).complement(graph, spans.ofTokens[0]!)).toThrow(/It has no positions/);
    const other = new SpanCircuit(graph, ["a", "b", "c"], []);
    await expect(runSpanCircuit(model, pairs, spans, other)).rejects.toThrow(/other spans/);
  });
});
