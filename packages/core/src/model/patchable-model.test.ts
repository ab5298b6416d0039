import { MersenneTwister } from "@autocircuit/base";
import { grad, Tensor, type Transformer } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyConfig, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { Circuit } from "../scores/circuit.ts";
import { PatchableModel } from "./patchable-model.ts";

const [batchSize, seqLen, vocabulary] = [3, 5, tinyConfig.dVocabOut];
const prompts = new PromptLoader(randomPairs(3, seqLen), { batchSize });
const batch = prompts.batches[0]!;
const random = new MersenneTwister(5);
const randomMask = (size: number) => Float32Array.from({ length: size }, () => random.next() / 2 ** 32);

let transformer: Transformer;
let model: PatchableModel;
beforeAll(() => {
  transformer = tinyTransformer();
  model = new PatchableModel({ transformer, seqLen });
});
afterAll(() => {
  prompts[Symbol.dispose]();
  model.dispose();
});

describe("output slices", () => {
  it("give the positions asked, with the same numbers", async () => {
    using all = await model.forward(batch.clean, { sliced: false });
    expect(all.shape).toEqual([batchSize, seqLen, vocabulary]);
    using last = await model.forward(batch.clean);
    expect(last.shape).toEqual([batchSize, vocabulary]);
    expect(maxDifference(await values(all.select(1, seqLen - 1)), await values(last.clone()))).toBeLessThan(1e-5);
    const later = await model.withGraph({ outputSlice: "not_first_seq" }).forward(batch.clean);
    expect(later.shape).toEqual([batchSize, seqLen - 1, vocabulary]);
    expect(maxDifference(await values(all.slice(1, 1)), await values(later))).toBeLessThan(1e-5);
    const second = await model.withGraph({ outputSlice: { position: 1 } }).forward(batch.clean);
    expect(maxDifference(await values(all.select(1, 1)), await values(second))).toBeLessThan(1e-5);
    const none = await model.withGraph({ outputSlice: "none" }).forward(batch.clean);
    expect(maxDifference(await values(all.clone()), await values(none))).toBeLessThan(1e-5);
    const chosen = await model.forward(batch.clean, { positions: [0, 3] });
    expect(chosen.shape).toEqual([batchSize, 2, vocabulary]);
    expect(maxDifference(await values(all.slice(1, 0, 4, 3)), await values(chosen))).toBeLessThan(1e-5);
  });

  it("do not count padding: a padded prompt gives what it gives alone", async () => {
    const short = { clean: [3, 7, 1], corrupt: [3, 2, 1], answers: [0], wrongAnswers: [1] };
    using padded = new PromptLoader([...batch.prompts, short], { batchSize: 4, padId: 0 });
    using alone = new PromptLoader([short], { batchSize: 1 });
    const together = await values(await model.forward(padded.batches[0]!.clean));
    const single = await values(await model.forward(alone.batches[0]!.clean));
    expect(maxDifference(together.subarray(3 * vocabulary), single)).toBeLessThan(1e-5);
    await expect(model.withGraph({ outputSlice: "none" }).forward(padded.batches[0]!.clean)).rejects.toThrow(
      /padded positions/,
    );
  });
});

describe("ablated edges", () => {
  const graphs = [
    {},
    { separateQkv: false },
    { byToken: true },
    { factorized: false },
    { factorized: false, byToken: true },
  ];
  it.each(graphs.map((options) => [JSON.stringify(options), options] as const))(
    "none gives the clean run, all the corrupt one: %s",
    async (_title, options) => {
      const patched = model.withGraph(options);
      using ablation = await patched.ablations(batch.corrupt, "resample");
      const clean = await values(await model.forward(batch.clean));
      const corrupt = await values(await model.forward(batch.corrupt));
      const none = await patched.forward(batch.clean, { ablate: [], ablation });
      expect(maxDifference(await values(none), clean)).toBeLessThan(1e-5);
      const everything = new Float32Array(patched.graph.edgeCount).fill(1);
      const all = await patched.forward(batch.clean, { ablate: everything, ablation });
      expect(maxDifference(await values(all), corrupt)).toBeLessThan(1e-4);
    },
  );

  it("can be named in any way", async () => {
    using ablation = await model.ablations(batch.corrupt, "resample");
    const name = "Resid Start->A1.1.Q";
    const { graph } = model;
    const mask = Circuit.of(graph, [name]).mask();
    using tensor = Tensor.from(mask, { shape: [graph.edgeCount] });
    const ways = [
      [name],
      [graph.edge(graph.index(name))],
      [graph.index(name)],
      [[name, null] as const],
      Circuit.of(graph, [name]),
      mask,
    ];
    const expected = await values(await model.forward(batch.clean, { ablate: tensor, ablation }));
    const clean = await values(await model.forward(batch.clean));
    expect(maxDifference(expected, clean)).toBeGreaterThan(1e-4);
    for (const ablate of ways) {
      const logits = await model.forward(batch.clean, { ablate, ablation });
      expect(maxDifference(await values(logits), expected)).toBeLessThan(1e-6);
    }
    expect(tensor.disposed).toBe(false);
  });

  it("at every token are the edge without token", async () => {
    const byToken = model.withGraph({ byToken: true });
    using ablation = await model.ablations(batch.corrupt, "resample");
    const everywhere = await model.forward(batch.clean, { ablate: ["A0.1->MLP 1"], ablation });
    const each = Array.from({ length: seqLen }, (_, token) => ["A0.1->MLP 1", token] as const);
    const tokenwise = await byToken.forward(batch.clean, { ablate: each, ablation });
    expect(maxDifference(await values(everywhere), await values(tokenwise))).toBeLessThan(1e-5);
  });

  it("may differ from example to example", async () => {
    const { edgeCount } = model.graph;
    const masks = [randomMask(edgeCount), new Float32Array(edgeCount), randomMask(edgeCount)];
    using ablation = await model.ablations(batch.corrupt, "resample");
    const joined = Float32Array.from(masks.flatMap((mask) => [...mask]));
    const together = await values(await model.forward(batch.clean, { ablate: joined, ablation }));
    for (const [row, mask] of masks.entries()) {
      const single = await values(await model.forward(batch.clean, { ablate: mask, ablation }));
      const [from, to] = [row * vocabulary, (row + 1) * vocabulary];
      expect(maxDifference(together.subarray(from, to), single.subarray(from, to))).toBeLessThan(1e-5);
    }
  });

  it("have a gradient of their own for every example, that of the example alone", async () => {
    const { edgeCount } = model.graph;
    // Fully ablated, untouched, and in between.
    const masks = [new Float32Array(edgeCount).fill(1), new Float32Array(edgeCount), randomMask(edgeCount)];
    const weights = Tensor.from(randomMask(vocabulary));
    using ablation = await model.ablations(batch.corrupt, "resample");
    const rows = { shape: [batchSize, edgeCount] };
    const mask = Tensor.from(Float32Array.from(masks.flatMap((row) => [...row])), rows).requireGrad();
    const logits = await model.forward(batch.clean, { ablate: mask, ablation });
    const [together] = grad(logits.mul(weights).sum(), [mask]);
    expect(together!.shape).toEqual([batchSize, edgeCount]);
    const all = await values(together!);
    for (const [row, pair] of prompts.prompts.entries()) {
      using one = new PromptLoader([pair], { batchSize: 1 });
      using corrupt = await model.ablations(one.batches[0]!.corrupt, "resample");
      const own = Tensor.from(masks[row]!).requireGrad();
      const single = await model.forward(one.batches[0]!.clean, { ablate: own, ablation: corrupt });
      const expected = await values(grad(single.mul(weights).sum(), [own])[0]!);
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(scale).toBeGreaterThan(1e-4);
      const found = all.subarray(row * edgeCount, (row + 1) * edgeCount);
      expect(maxDifference(found, expected)).toBeLessThan(1e-5 * Math.max(1, scale));
    }
  });

  it("give exactly no gradient to edges into a head that nothing reads", async () => {
    const { graph } = model;
    const mask = randomMask(graph.edgeCount);
    for (const { index, src } of graph.edges()) if (src.name === "A1.1") mask[index] = 1;
    using ablation = await model.ablations(batch.corrupt, "resample");
    const many = Float32Array.from(prompts.prompts.flatMap((_, row) => [...mask.map((m) => (row === 1 ? 1 - m : m))]));
    for (const { index, src } of graph.edges())
      if (src.name === "A1.1") for (const row of [0, 1, 2]) many[row * graph.edgeCount + index] = 1;
    const parameter = Tensor.from(many, { shape: [batchSize, graph.edgeCount] }).requireGrad();
    const logits = await model.forward(batch.clean, { ablate: parameter, ablation });
    const gradient = await values(grad(logits.sum(), [parameter])[0]!);
    for (const { index, dest } of graph.edges()) {
      if (!dest.name.startsWith("A1.1.")) continue;
      for (const row of [0, 1, 2]) expect(Math.abs(gradient[row * graph.edgeCount + index]!)).toBe(0);
    }
    expect(gradient.some((value) => value !== 0)).toBe(true);
  });

  it("may have several masks over a repeated batch", async () => {
    const { edgeCount } = model.graph;
    const masks = [randomMask(edgeCount), randomMask(edgeCount)];
    using ablation = await model.ablations(batch.corrupt, "zero");
    using twice = batch.clean.repeat(2);
    const joined = Float32Array.from(masks.flatMap((mask) => [...mask]));
    const together = await values(await model.forward(twice, { ablate: joined, ablation }));
    const apart = await Promise.all(
      masks.map(async (ablate) => values(await model.forward(batch.clean, { ablate, ablation }))),
    );
    expect(
      maxDifference(
        together,
        apart.flatMap((part) => [...part]),
      ),
    ).toBeLessThan(1e-5);
  });

  it("give mask gradients equal to finite differences", async () => {
    const { graph } = model;
    using ablation = await model.ablations(batch.corrupt, "resample");
    using weights = Tensor.from(randomMask(batchSize * vocabulary), { shape: [batchSize, vocabulary] });
    const start = randomMask(graph.edgeCount);
    const loss = async (mask: Float32Array) => {
      const logits = await values(await model.forward(batch.clean, { ablate: mask, ablation }));
      const factors = (await weights.data()) as Float32Array;
      return logits.reduce((sum, logit, index) => sum + logit * factors[index]!, 0);
    };
    using leaf = Tensor.from(start, { shape: [graph.edgeCount] }).requireGrad();
    using logits = await model.forward(batch.clean, { ablate: leaf, ablation });
    const [gradient] = grad(logits.mul(weights).sum(), [leaf]);
    const slopes = await values(gradient!);
    const scale = Math.max(...slopes.map(Math.abs));
    for (const name of ["Resid Start->A0.0.Q", "A0.1->A1.0.V", "MLP 0->MLP 1", "A1.1->Resid End"]) {
      const index = graph.index(name);
      const [up, down] = [start.slice(), start.slice()];
      up[index]! += 0.02;
      down[index]! -= 0.02;
      const slope = ((await loss(up)) - (await loss(down))) / (up[index]! - down[index]!);
      expect(Math.abs(slope - slopes[index]!)).toBeLessThan(2e-3 * scale + 2e-3);
    }
  });
});

describe("withGraph", () => {
  it("shares the network and keeps what is not given", async () => {
    const derived = model.withGraph({ separateQkv: false }).withGraph({ byToken: true });
    expect(derived.transformer).toBe(model.transformer);
    expect(derived.graph.separateQkv).toBe(false);
    expect(derived.graph.seqLen).toBe(seqLen);
    expect(derived.withGraph({ byToken: false }).graph.seqLen).toBeNull();
    derived.dispose();
    expect((await model.forward(batch.clean)).shape).toEqual([batchSize, vocabulary]);
  });

  it("makes a graph of nodes of any other, and refuses options that it has no meaning for", () => {
    const nodes = model.withGraph({ separateQkv: false }).withGraph({ factorized: false });
    expect(nodes.graph.equals(model.withGraph({ factorized: false }).graph)).toBe(true);
    expect(() => model.withGraph({ factorized: false, separateQkv: false })).toThrow(/leave `separateQkv: false` out/);
    expect(() => nodes.withGraph({ ungrouped: true })).toThrow(
      /`factorized: false` has no .* leave `ungrouped: true` out/,
    );
  });

  it("offers keys and values of every query head", async () => {
    using grouped = new PatchableModel({ transformer: tinyTransformer({ kvHeads: 1 }) });
    const ungrouped = grouped.withGraph({ ungrouped: true });
    using ablation = await grouped.ablations(batch.corrupt, "resample");
    const together = await grouped.forward(batch.clean, { ablate: ["Resid Start->A1.0.K"], ablation });
    const both = ["Resid Start->A1.0.K", "Resid Start->A1.1.K"];
    const apart = await ungrouped.forward(batch.clean, { ablate: both, ablation });
    expect(maxDifference(await values(together), await values(apart))).toBeLessThan(1e-5);
  });
});

describe("errors", () => {
  it("say what is missing or does not fit", async () => {
    using ablation = await model.ablations(batch.corrupt, "zero");
    const { edgeCount } = model.graph;
    await expect(model.forward(batch.clean, { ablate: [] })).rejects.toThrow(/`ablation`.*is missing/);
    await expect(model.forward(batch.clean, { ablation })).rejects.toThrow(/`ablate`.*is missing/);
    await expect(model.forward(batch.clean, { ablate: ["A9.0->MLP 1"], ablation })).rejects.toThrow(/near names/);
    await expect(model.forward(batch.clean, { ablate: new Float32Array(3), ablation })).rejects.toThrow(
      /mask has shape \[3\]/,
    );
    using two = Tensor.zeros([2, edgeCount]);
    await expect(model.forward(batch.clean, { ablate: two, ablation })).rejects.toThrow(/divides the batch of 3/);
    const other = Circuit.of(model.graph.byToken(2), []);
    await expect(model.forward(batch.clean, { ablate: other, ablation })).rejects.toThrow(/another graph/);
    using flat = Tensor.from(new BigInt64Array(3), { shape: [3], dtype: "int64" });
    await expect(model.forward(flat)).rejects.toThrow(/Tokens must be \[batch, positions\]/);
    const byToken = model.withGraph({ byToken: true, seqLen: 4 });
    await expect(byToken.forward(batch.clean)).rejects.toThrow(/by token with 4 positions, but the tokens have 5/);
    await expect(byToken.sourceOutputs(batch.clean)).rejects.toThrow(/by token with 4/);
  });

  it("of construction", () => {
    expect(() => model.withGraph({ byToken: true, seqLen: null })).toThrow(/give `seqLen`/);
    expect(() => model.withGraph({ seqLen: 13 })).toThrow(/`seqLen` is 13, but the model has 12 positions/);
  });

  it("stop when asked", async () => {
    const signal = AbortSignal.abort();
    await expect(model.forward(batch.clean, { signal })).rejects.toMatchObject({ code: "aborted" });
  });
});
