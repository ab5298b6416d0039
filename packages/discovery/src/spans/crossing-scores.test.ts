import {
  Circuit,
  overPrompts,
  type PatchableModel,
  PromptLoader,
  type PromptPair,
  type Tokens,
} from "@autocircuit/core";
import { Ablation, scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { architecture, architectures, unequalPairs } from "../../test/architectures.ts";
import { plainHeads, plainRow, plainScore } from "../../test/plain-heads.ts";
import { eapGp } from "../attribution/eap-gp.ts";
import { lossOf } from "../attribution/losses.ts";
import { SliceGradients } from "../attribution/slice-gradients.ts";
import { type CrossingEdge, CrossingEdges } from "./crossing-edges.ts";
import { crossingEffects } from "./crossing-effects.ts";
import { CrossingScores } from "./crossing-scores.ts";
import { meanHeadGradients } from "./head-gradients.ts";
import { headValues } from "./head-values.ts";
import { PromptSpans, type SpanRange } from "./prompt-spans.ts";
import { runSpanCircuit } from "./run-span-circuit.ts";
import { crossingScores } from "./score-crossings.ts";
import { spanScores } from "./score-spans.ts";
import { SpanCircuit } from "./span-circuit.ts";

const names = Object.keys(architectures);
const thirds = (pairs: readonly PromptPair[]) =>
  new PromptSpans(
    pairs,
    pairs.map(({ clean: { length } }): Record<string, SpanRange> => {
      const middle = length === 4 ? 1 : length - 2;
      return { first: [0, 1], middle: [1, middle], last: [middle, length] };
    }),
  );
const spans = thirds(unequalPairs);
/** Two prompts of one length. */
const equal = [unequalPairs[0]!, unequalPairs[2]!];

/** Works on a slice of two prompts, with what ablated edges take. */
async function onSlice<T>(
  model: PatchableModel,
  work: (gradients: SliceGradients, ablation: Ablation) => Promise<T>,
): Promise<T> {
  using prompts = new PromptLoader(equal, { batchSize: 2 });
  for await (const { fold } of overPrompts(model, prompts, { ablation: "resample" }))
    return await fold(async (_: T | undefined, { slice, ablation }) => {
      const loss = await (await lossOf(model, prompts, {}))(slice);
      return work(new SliceGradients(model, slice, { ablation, loss, perPrompt: true, signal: undefined }), ablation);
    });
  throw new Error("no slice");
}

const everything = (model: PatchableModel) => new Float32Array(model.graph.edgeCount).fill(1);

/** The effects of a block's pairs, [3][prompt][head][query][key], by loops over tokens. */
async function byLoops(
  model: PatchableModel,
  block: number,
  gradient: number[][][][],
  ablation: Ablation,
  clean: Tokens,
) {
  const { config } = model;
  const own = await plainHeads(model, clean, block);
  const other = await plainHeads(model, clean, block, { ablate: everything(model), ablation });
  const [length, heads] = [own.q[0]!.length, config.heads];
  return ["Q", "K", "V"].map((input) =>
    own.q.map((_, b) =>
      Array.from({ length: heads }, (_, h) =>
        Array.from({ length }, (_, query) =>
          Array.from({ length }, (_, key) => {
            const output = (cut: boolean) =>
              plainRow(config, block, query, length, {
                score: (i) => {
                  const [cutQ, cutK] = [cut && i === key && input === "Q", cut && i === key && input === "K"];
                  return plainScore(config, (cutQ ? other : own).q[b]![query]![h]!, (cutK ? other : own).k[b]![i]![h]!);
                },
                value: (i) => (cut && i === key && input === "V" ? other : own).v[b]![i]![h]!,
              });
            const [before, after] = [output(false), output(true)];
            return after.reduce((sum, x, d) => sum + (x - before[d]!) * gradient[b]![query]![h]![d]!, 0);
          }),
        ),
      ),
    ),
  );
}

describe("effects of single pairs of tokens", () => {
  it.each(names.flatMap((name) => [[name, "float64", 1e-10] as const, [name, "float32", 1e-5] as const]))(
    "%s, %s: are those of the head computed anew by loops",
    async (name, dtype, tolerance) => {
      using model = architecture(name, dtype);
      await onSlice(model, async (gradients, ablation) => {
        const { clean } = gradients.slice;
        const ofHeads = await meanHeadGradients(gradients, "clean-corrupted");
        for (const block of [0, 1]) {
          const [own] = await headValues(model, clean, [block]);
          const [ablated] = await headValues(model, clean, [block], { ablate: everything(model), ablation });
          const gradient = ofHeads[block]!;
          const found = crossingEffects(model.config, block, { clean: own!, ablated: ablated!, gradient });
          const expected = (
            await byLoops(model, block, (await gradient.toArray()) as number[][][][], ablation, clean)
          ).flat(4);
          const most = Math.max(...expected.map(Math.abs));
          expect(most).toBeGreaterThan(1e-3);
          const numbers = Array.from(await found.data(), Number);
          expect(numbers).toHaveLength(expected.length);
          const worst = Math.max(...numbers.map((value, i) => Math.abs(value - expected[i]!)));
          expect(worst).toBeLessThan(tolerance * Math.max(1, most));
        }
      });
    },
  );
});

describe("gradients of what heads give", () => {
  const algorithms = ["edge-attribution", "clean-corrupted", "eap-ig-inputs", "eap-ig-activations", "eap-gp"] as const;

  /** The runs of an algorithm as its definition has them: what is asked of a forward, and what is to be disposed. */
  async function runsOf(model: PatchableModel, gradients: SliceGradients, algorithm: (typeof algorithms)[number]) {
    const starts = (...shares: number[]) =>
      Promise.all(shares.map(async (share) => ({ start: await gradients.startAt(share) })));
    if (algorithm === "edge-attribution") return starts(0);
    if (algorithm === "clean-corrupted") return starts(0, 1);
    if (algorithm === "eap-ig-inputs") return starts(1, 0.5);
    if (algorithm === "eap-gp") {
      const points: unknown[] = [];
      // They are freed behind it.
      const onPath = async (path: readonly Tensor[]) => {
        for (const point of path) points.push(await point.toArray());
      };
      await eapGp(model, new PromptLoader(equal, { batchSize: 2 }), { steps: 2, onPath });
      return points.map((point) => ({ start: Tensor.from(point as number[][][], { dtype: "float64" }) }));
    }
    const { graph } = model;
    const parts = [...new Set(graph.sources.map(({ kind, block }) => `${kind}${block}`))];
    const clean = await gradients.clean();
    return parts.flatMap((part) =>
      [0.5, 1].map((share) => ({
        ablation: new Ablation(gradients.ablation.sources.mul(1 - share).add(clean.mul(share))),
        ablate: Circuit.where(graph, (edge) => `${graph.edge(edge).src.kind}${graph.edge(edge).src.block}` === part),
      })),
    );
  }

  it.each(names.flatMap((name) => algorithms.map((algorithm) => [name, algorithm] as const)))(
    "%s, %s: are finite differences of the loss at its runs",
    async (name, algorithm) => {
      using model = architecture(name);
      await onSlice(model, async (gradients) => {
        const { slice } = gradients;
        const loss = await (await lossOf(model, new PromptLoader(equal, { batchSize: 2 }), {}))(slice);
        const found = await meanHeadGradients(gradients, algorithm, { steps: 2 });
        const runs = await runsOf(model, gradients, algorithm);
        for (const block of [0, 1]) {
          const hook = `blocks.${block}.attn.hook_z`;
          const [, length, heads, dHead] = found[block]!.shape as [number, number, number, number];
          const direction = Tensor.from(
            Float64Array.from({ length: 2 * length * heads * dHead }, (_, i) => Math.cos(i * i)),
            { shape: [2, length, heads, dHead] },
          );
          const h = 1e-5;
          let slope = 0;
          for (const run of runs) {
            const seen = await model.activations(slice.clean, [hook], run);
            const at = async (step: number) => {
              const value = seen.of(hook).add(direction.mul(step));
              const logits = await model.forward(slice.clean, { ...run, replace: [{ hook, value }] });
              return Number(await loss(logits).sum().item());
            };
            const [near, far] = [(await at(h)) - (await at(-h)), (await at(2 * h)) - (await at(-2 * h))];
            slope += (8 * near - far) / (12 * h) / runs.length;
          }
          const along = Number(await found[block]!.mul(direction).sum().item());
          expect(Math.abs(along - slope)).toBeLessThan(1e-7 * Math.max(1, Math.abs(slope)));
          expect(Math.abs(slope)).toBeGreaterThan(1e-4);
        }
      });
    },
  );

  it("a block that there is not, other shapes, and a norm after attention without z are errors", async () => {
    using model = architecture("OLMo 2");
    const { transformer } = model;
    expect(transformer.normsAttention).toBe(true);
    const gradient = Tensor.zeros([1, 3, 8], { dtype: "float64" });
    await expect(transformer.headGradients(2, gradient)).rejects.toThrow(/the model has blocks 0 to 1/);
    await expect(transformer.headGradients(0, gradient)).rejects.toThrow(/a norm follows the attention of block 0/);
    const z = Tensor.zeros([1, 2, 4, 4], { dtype: "float64" });
    await expect(transformer.headGradients(0, gradient, { z })).rejects.toThrow(/z must be floating point/);
    await expect(transformer.headGradients(0, z)).rejects.toThrow(/must be floating point \[B, P, 8\]/);
    expect(architecture("GPT-2").transformer.normsAttention).toBe(false);
  });
});

describe("crossingScores", () => {
  it.each(
    ["no norm, attention alone", "not causal, as compiled programs"].flatMap((name) => [
      [name, "edge-attribution"] as const,
      [name, "relp"] as const,
    ]),
  )("%s: values carried to all spans add up to the scores of %s of the edges into them", async (name, algorithm) => {
    using model = architecture(name);
    const crossing = await crossingScores(model, unequalPairs, spans, { algorithm, batchSize: 2 });
    const within = await spanScores(model, unequalPairs, spans, { algorithm });
    const { graph } = model;
    const most = crossing.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [block, head] of [[0, 0], [0, 3], [1, 1], [1, 2]] as const) // biome-ignore format: pairs
      for (const from of spans.names) {
        const input = `A${block}.${head}.V`;
        const carried = spans.names.reduce((sum, to) => sum + crossing.get(input, from, to), 0);
        const sources = graph.sources.slice(0, graph.destinations.find((dest) => dest.name === input)!.sourceCount);
        const given = sources.reduce((sum, { name }) => sum + within.get(`${name}->${input}`, from), 0);
        expect(Math.abs(carried - given)).toBeLessThan(1e-6 * most);
      }
  });

  it("relp without any rule is edge-attribution, and eap-gp goes the path that it is told", async () => {
    using model = architecture("OLMo 2");
    const of = (options: object) => crossingScores(model, unequalPairs, spans, options);
    const none = await of({ algorithm: "relp", norms: false, activations: false, gates: false });
    expect(none.values).toEqual((await of({ algorithm: "edge-attribution" })).values);
    expect(none.info.options).toMatchObject({ algorithm: "relp", norms: false });
    const [clean, corrupt] = [await of({ algorithm: "eap-gp" }), await of({ algorithm: "eap-gp", from: "corrupt" })];
    expect(clean.info.options).toMatchObject({ algorithm: "eap-gp", steps: 5 });
    expect(clean.values).not.toEqual(corrupt.values);
  });

  it("where all behind the last block's heads is linear, each is what the loss changes by where the edge alone is cut", async () => {
    using model = architecture("no norm, attention alone");
    const pair = [unequalPairs[0]!];
    const tokens = new PromptSpans(pair, [
      Object.fromEntries(Array.from(pair[0]!.clean, (_, i): [string, SpanRange] => [`t${i}`, [i, i + 1]])),
    ]);
    const { graph } = model;
    const all = new CrossingEdges(graph, tokens.names);
    const whole = Array.from({ length: graph.edgeCount }, (_, edge) => edge);
    const within = whole.flatMap((edge) => tokens.names.map((name) => [edge, name] as const));
    const inside = Array.from({ length: all.count }, (_, i) => all.at(i));
    const loss = async (without?: CrossingEdge) => {
      const kept = inside.filter((edge) => `${edge}` !== `${without}`);
      const circuit = new SpanCircuit(graph, tokens.names, within, kept);
      const [logits] = await runSpanCircuit(model, pair, tokens, circuit);
      using prompts = new PromptLoader(pair, { batchSize: 1 });
      for await (const { fold } of overPrompts(model, prompts, { ablation: "resample" }))
        return await fold(async (_: number | undefined, { slice }) => {
          const of = await (await lossOf(model, prompts, {}))(slice);
          return Number(await of(logits!.unsqueeze(0)).sum().item());
        });
      throw new Error("no slice");
    };
    const full = await loss();
    const algorithms = [
      "edge-attribution",
      "clean-corrupted",
      "eap-ig-inputs",
      "eap-ig-activations",
      "eap-gp",
      "relp",
    ] as const;
    const scores = await Promise.all(algorithms.map((algorithm) => crossingScores(model, pair, tokens, { algorithm })));
    let largest = 0;
    // The logits are those of the last token, and no block behind this one reads the others.
    const last = tokens.names.at(-1)!;
    for (const input of ["A1.0.Q", "A1.1.K", "A1.2.Q", "A1.3.V"])
      for (const from of tokens.names) {
        const effect = (await loss([input, from, last])) - full;
        largest = Math.max(largest, Math.abs(effect));
        for (const [i, algorithm] of algorithms.entries()) {
          // A third of the runs of eap-ig-activations replace what block 1 gives, so that nothing of it counts there.
          const share = algorithm === "eap-ig-activations" ? 2 / 3 : 1;
          const apart = Math.abs(scores[i]!.get(input, from, last) - share * effect);
          // Scores are kept in single precision.
          expect(apart).toBeLessThan(1e-7 * Math.max(1, Math.abs(effect)));
        }
      }
    expect(largest).toBeGreaterThan(1e-2);
  });

  it("nothing crosses to earlier tokens where attention is causal, and all crosses where it is not", async () => {
    using causal = architecture("Llama");
    const scores = await crossingScores(causal, unequalPairs, spans);
    for (const input of ["A0.0.Q", "A1.3.K", "A1.1.V"]) {
      expect(scores.get(input, "last", "first")).toBe(0);
      expect(scores.get(input, "first", "last")).not.toBe(0);
    }
    using both = architecture("not causal, as compiled programs");
    expect((await crossingScores(both, unequalPairs, spans)).get("A0.0.V", "last", "first")).not.toBe(0);
  });

  it("aggregates the effects of the pairs of tokens that may attend", async () => {
    using model = architecture("GPT-Neo");
    const own = thirds([equal[0]!]);
    const effects = await onSlice(model, async (gradients, ablation) => {
      const [clean] = await headValues(model, gradients.slice.clean, [1]);
      const [ablated] = await headValues(model, gradients.slice.clean, [1], { ablate: everything(model), ablation });
      const [, gradient] = await meanHeadGradients(gradients, "edge-attribution");
      const found = crossingEffects(model.config, 1, { clean: clean!, ablated: ablated!, gradient: gradient! });
      return (await found.toArray()) as number[][][][][];
    });
    const pairs: number[] = [];
    // The middle has tokens 1 to 3, and block 1 sees two tokens.
    for (let query = 1; query < 4; query++)
      for (let key = 1; key <= query; key++) if (query - key < 2) pairs.push(effects[1]![0]![2]![query]![key]!);
    expect(pairs).toHaveLength(5);
    const of = async (aggregation: "sum" | "mean" | "sum-abs" | "max-abs") =>
      (await crossingScores(model, [equal[0]!], own, { algorithm: "edge-attribution", aggregation })).get(
        "A1.2.K",
        "middle",
        "middle",
      );
    const sum = pairs.reduce((a, b) => a + b);
    expect(await of("sum")).toBeCloseTo(sum, 6);
    expect(await of("mean")).toBeCloseTo(sum / 5, 6);
    expect(await of("sum-abs")).toBeCloseTo(pairs.reduce((a, b) => a + Math.abs(b), 0), 6); // biome-ignore format: one line
    expect(await of("max-abs")).toBeCloseTo(Math.max(...pairs.map(Math.abs)), 6);
  });

  it("integrates over as many points as are asked for", async () => {
    using model = architecture("GPT-2");
    const of = (steps?: number) => crossingScores(model, unequalPairs, spans, { steps });
    const [usual, five, far, both] = [await of(), await of(5), await of(1), await of(2)];
    expect(five.values).toEqual(usual.values);
    expect(both.values).not.toEqual(far.values);
    expect(both.info.options).toMatchObject({ algorithm: "eap-ig-inputs", steps: 2 });
    // One point is the ablated end, the mean of which and the clean one is what clean-corrupted takes.
    const [clean, ends] = [
      await crossingScores(model, unequalPairs, spans, { algorithm: "edge-attribution" }),
      await crossingScores(model, unequalPairs, spans, { algorithm: "clean-corrupted" }),
    ];
    for (const [edge, value] of ends.values.entries())
      expect((clean.values[edge]! + far.values[edge]!) / 2).toBeCloseTo(value, 5);
    const idle = crossingScores(model, unequalPairs, spans, { algorithm: "edge-attribution", steps: 3 });
    await expect(idle).rejects.toThrow(/`steps` does nothing with edge-attribution/);
  });

  it("wants a factorised graph without tokens, these prompts, values of one's own, and a gradient", async () => {
    using model = architecture("GPT-2");
    const of = (changed: PatchableModel, options = {}, prompts = unequalPairs) =>
      crossingScores(changed, prompts, spans, options);
    await expect(of(model.withGraph({ byToken: true, seqLen: 6 }))).rejects.toThrow(/that is not by token/);
    await expect(of(model.withGraph({ factorized: false }))).rejects.toThrow(/take the graph of edges/);
    await expect(of(model, {}, unequalPairs.slice(1))).rejects.toThrow(/spans are those of/);
    await expect(of(model, { ablation: "tokenwise-mean-clean" })).rejects.toThrow(/is a mean for each position/);
    await expect(of(model, { loss: "faithfulness" })).rejects.toThrow(/another unit/);
    await expect(of(model, { loss: "kl-div", algorithm: "edge-attribution" })).rejects.toThrow(/zero by construction/);
    await expect(of(model, { loss: "kl-div", algorithm: "relp" })).rejects.toThrow(/zero by construction/);
    const oneStep = { loss: "kl-div", algorithm: "eap-ig-activations", steps: 1 };
    await expect(of(model, oneStep)).rejects.toThrow(/zero by construction/);
    await expect(of(model, { algorithm: "eap-pg" })).rejects.toThrow(/`algorithm` must be one of/);
    const refused: [object, RegExp][] = [
      [
        { algorithm: "ceap" },
        /ceap has no scores of edges inside heads: it follows outputs step by step.*These have: edge-attribution,/,
      ],
      [{ algorithm: "exact" }, /exact has no .*: it takes no gradients, and would run the model for every pair/],
      [{ algorithm: "information-flow-routes" }, /has no .* of what values carry, not of queries and keys/],
      [{ algorithm: "relp", attention: true }, /with `attention` it holds patterns constant/],
      [{ algorithm: "eap-gp", path: "source" }, /every source has a path of its own/],
      [{ algorithm: "relp", steps: 3 }, /`steps` does nothing with relp, whose own options are norms, activations/],
      [{ algorithm: "eap-ig-inputs", from: "clean" }, /`from` does nothing with eap-ig-inputs/],
    ];
    for (const [options, fault] of refused) await expect(of(model, options)).rejects.toThrow(fault);
    using normed = architecture("OLMo 2");
    await expect(of(normed, { algorithm: "relp" })).rejects.toThrow(/the norm behind attention .* give `norms: false`/);
    expect((await of(normed, { algorithm: "relp", norms: false })).values.some((value) => value !== 0)).toBe(true);
    const scores = await of(model, { loss: "kl-div" });
    expect(() => scores.get("A0.4.Q", "first", "last")).toThrow(/no input of a head called "A0.4.Q"/);
    expect(() => scores.get("A0.0.Q", "first", "end")).toThrow(/no span "end"/);
    const nan = Float32Array.from(scores.values, (value, i) => (i === 9 + 1 ? Number.NaN : value));
    expect(() => new CrossingScores(model.graph, spans.names, nan, {})).toThrow(
      /A0.0.K from "first" to "middle" is NaN/,
    );
    expect(() => new CrossingScores(model.graph, ["a"], nan, {})).toThrow(/over 1 spans, not/);
  });
});

it("frees what it makes", async () => {
  using model = architecture("GPT-2");
  const { memory } = await import("@autocircuit/native");
  await scope(async () => void (await crossingScores(model, unequalPairs, spans)));
  const before = (await memory()).tensors;
  await crossingScores(model, unequalPairs, spans);
  expect((await memory()).tensors).toBe(before);
});
