import { describe, expect, it } from "vitest";
import {
  largestDifference,
  smallConfig,
  smallGraph,
  smallModel,
  smallWeights,
  tokenTensor,
} from "../test/small-model.ts";
import { Ablation } from "./ablation.ts";
import { grad, Tensor } from "./tensor.ts";
import { Transformer } from "./transformer.ts";

const tokens = tokenTensor([
  [1, 2, 3, 4],
  [0, 6, 5, 1],
]);
const corrupt = tokenTensor([
  [3, 2, 0, 4],
  [1, 1, 5, 2],
]);
const model = smallModel();
const { edgeCount } = smallGraph;

async function resampled(): Promise<Ablation> {
  return new Ablation((await model.forward({ tokens: corrupt, logits: false, keepSources: true })).sourceOutputs!);
}

function mask(value: (edge: number) => number): Tensor {
  return Tensor.from(Float64Array.from({ length: edgeCount }, (_, edge) => value(edge)));
}

async function logitsOf(value: Tensor, ablation: Ablation): Promise<Tensor> {
  return (await model.forward({ tokens, patch: { graph: smallGraph, mask: value, ablation } })).logits!;
}

describe("Transformer.forward", () => {
  it("computes a network without blocks of note as written out", async () => {
    // Zero output matrices: the residual stream is the embedding alone.
    const weights = smallWeights();
    for (const name of Object.keys(weights)) {
      if (/W_O|b_O|W_out|b_out/.test(name)) weights[name] = Tensor.zeros(weights[name]!.shape, { dtype: "float64" });
    }
    const plain = smallModel({ norm: "none" }, withoutNorms(weights));
    const embedded = weights["embed.W_E"]!.indexSelect(0, [1, 2]).add(weights["pos_embed.W_pos"]!.slice(0, 0, 2));
    const expected = embedded.matmul(weights["unembed.W_U"]!).add(weights["unembed.b_U"]!);
    const { logits } = await plain.forward({ tokens: tokenTensor([[1, 2]]) });
    expect(logits!.shape).toEqual([1, 2, 5]);
    expect(await largestDifference(logits!.select(0, 0), expected)).toBeLessThan(1e-12);
  });

  it("gives only what is asked for, in the documented shapes", async () => {
    const all = await model.forward({ tokens, keepSources: true, resid: true, keepRun: true, keysValues: true });
    expect(all.logits!.shape).toEqual([2, 4, 5]);
    expect(all.logits!.dtype).toBe("float64");
    expect(all.sourceOutputs!.shape).toEqual([7, 2, 4, 6]);
    expect(all.resid!.shape).toEqual([3, 2, 4, 6]);
    expect(all.run!.sourceOutputs.shape).toEqual([7, 2, 4, 6]);
    expect(all.prefix!.seqLen).toBe(4);
    expect(Object.keys(await model.forward({ tokens }))).toEqual(["logits"]);
    // Embedding, two heads and MLP of block 0 are what block 1 reads, but for the attention bias, which is no source's.
    const read = all.sourceOutputs!.slice(0, 0, 4).sum(0).add(smallWeights()["blocks.0.attn.b_O"]!);
    expect(await largestDifference(read, all.resid!.select(0, 1))).toBeLessThan(1e-12);
  });

  it("gives logits at the asked positions", async () => {
    const { logits } = await model.forward({ tokens });
    const some = await model.forward({ tokens, positions: [3, 1] });
    expect(await largestDifference(some.logits!, logits!.indexSelect(1, [3, 1]))).toBeLessThan(1e-12);
  });

  it("begins with a given start in the place of the embedding, whatever the tokens are", async () => {
    const expected = await model.forward({ tokens, keepSources: true });
    const start = expected.sourceOutputs!.select(0, 0);
    const { logits } = await model.forward({ tokens: corrupt, start, keepSources: true });
    expect(await largestDifference(logits!, expected.logits!)).toBe(0);
    await expect(model.forward({ tokens, start: start.slice(0, 0, 1), keepRun: true })).rejects.toThrow(
      "cannot be kept",
    );
    await expect(model.forward({ tokens, start: start.slice(1, 0, 3) })).rejects.toThrow(
      "start must be floating point [2 or 1, 4, 6], got float64 [2, 3, 6]",
    );
  });

  it("takes tensors that are still being computed", async () => {
    const { logits } = await model.forward({
      tokens: tokenTensor([
        [0, 1, 2, 3],
        [-1, 5, 4, 0],
      ]).add(1),
    });
    expect(await largestDifference(logits!, (await model.forward({ tokens })).logits!)).toBe(0);
  });
});

describe("patching", () => {
  it("no edges: the plain run; all edges: the ablated run", async () => {
    const ablation = await resampled();
    const clean = (await model.forward({ tokens })).logits!;
    const ablated = (await model.forward({ tokens: corrupt })).logits!;
    expect(
      await largestDifference(
        await logitsOf(
          mask(() => 0),
          ablation,
        ),
        clean,
      ),
    ).toBeLessThan(1e-12);
    expect(
      await largestDifference(
        await logitsOf(
          mask(() => 1),
          ablation,
        ),
        ablated,
      ),
    ).toBeLessThan(1e-12);
    expect(await largestDifference(clean, ablated)).toBeGreaterThan(0.01);
  });

  it("several masks at once, and from a kept run", async () => {
    const ablation = await resampled();
    const masks = [mask((edge) => edge % 2), mask((edge) => (edge % 3) / 2)];
    const { run } = await model.forward({ tokens, logits: false, keepRun: true });
    const twice = Tensor.cat([tokens, tokens]);
    const patch = {
      graph: smallGraph,
      mask: Tensor.stack(masks),
      ablation: new Ablation(Tensor.cat([ablation.sources, ablation.sources], 1)),
    };
    const together = (await model.forward({ tokens: twice, patch })).logits!;
    for (const [index, one] of masks.entries()) {
      const alone = await logitsOf(one, ablation);
      expect(await largestDifference(together.slice(0, 2 * index, 2 * index + 2), alone)).toBeLessThan(1e-12);
      const started = await model.forward({
        tokens,
        from: run!,
        patch: { graph: smallGraph, mask: one, ablation },
      });
      expect(await largestDifference(started.logits!, alone)).toBeLessThan(1e-12);
    }
  });

  it("the mask's gradient equals finite differences", async () => {
    const ablation = await resampled();
    const start = mask((edge) => 0.5 + 0.4 * Math.sin(edge));
    const score = (logits: Tensor) => logits.select(1, 3).logSoftmax(-1).select(1, 2).sum();
    const leaf = start.requireGrad();
    const gradient = await grad(score(await logitsOf(leaf, ablation)), [leaf])[0]!.data();
    for (const edge of [0, 5, 8, 11, 20, 34, 40, edgeCount - 1]) {
      const at = async (offset: number) =>
        score(await logitsOf(start.add(mask((e) => (e === edge ? offset : 0))), ablation)).item();
      const difference = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5;
      expect(Math.abs(Number(gradient[edge]) - difference), `edge ${edge}`).toBeLessThan(1e-8);
    }
  });
});

describe("prefixes and padding", () => {
  it("a cached prefix stands for its tokens", async () => {
    const whole = (await model.forward({ tokens })).logits!;
    const { prefix } = await model.forward({ tokens: tokens.slice(1, 0, 2), logits: false, keysValues: true });
    const rest = (await model.forward({ tokens: tokens.slice(1, 2), prefix: prefix! })).logits!;
    expect(await largestDifference(rest, whole.slice(1, 2))).toBeLessThan(1e-12);
  });

  it("left padding changes nothing", async () => {
    const padded = tokenTensor([[0, 0, 1, 2, 3, 4]]);
    const { logits } = await model.forward({ tokens: padded, padding: Tensor.from([2], { dtype: "int64" }) });
    const plain = (await model.forward({ tokens: tokens.slice(0, 0, 1) })).logits!;
    expect(await largestDifference(logits!.slice(1, 2), plain)).toBeLessThan(1e-12);
  });
});

describe("mistakes", () => {
  const fails = (code: string, message?: RegExp) =>
    expect.objectContaining({
      name: "AutocircuitError",
      code,
      ...(message && { message: expect.stringMatching(message) }),
    });

  it("requests", async () => {
    const ablation = await resampled();
    const patch = (value: Tensor) => ({ graph: smallGraph, mask: value, ablation });
    const run = (request: Parameters<Transformer["forward"]>[0]) => model.forward(request);
    await expect(run({ tokens: tokens.to("int32") })).rejects.toEqual(fails("dtype"));
    await expect(run({ tokens: tokens.select(0, 0) })).rejects.toEqual(fails("shape"));
    await expect(run({ tokens, padding: Tensor.arange(3) })).rejects.toEqual(fails("shape"));
    await expect(run({ tokens, positions: [4] })).rejects.toEqual(fails("bad-input", /from 0 to 3/));
    await expect(run({ tokens, patch: patch(Tensor.zeros([edgeCount + 1])) })).rejects.toEqual(fails("shape"));
    await expect(run({ tokens, patch: patch(Tensor.zeros([edgeCount], { dtype: "int64" })) })).rejects.toEqual(
      fails("dtype"),
    );
    await expect(run({ tokens: tokenTensor([[7]]) })).rejects.toEqual(fails("bad-input", /7/));
    await expect(run({ tokens: tokenTensor([Array(11).fill(1)]) })).rejects.toEqual(fails("bad-input"));
    expect(() => new Ablation(tokens)).toThrow(fails("shape"));
  });

  it("parts of a request that do not fit each other", async () => {
    const ablation = await resampled();
    const { run: from } = await model.forward({ tokens, keepRun: true, logits: false });
    const value = mask(() => 0.5);
    const graph = smallGraph;
    const ones = (shape: number[]) => Tensor.zeros(shape, { dtype: "float64" }).add(1);
    const of = (shape: number[]) => new Ablation(ones(shape));
    const trained = value.clone().requireGrad();
    const outputs = (rows: number) => ({ logits: ones([rows, 5]), probabilities: ones([rows, 5]) });
    const refused: [Omit<Parameters<Transformer["forward"]>[0], "tokens">, RegExp][] = [
      [{ patch: { graph, mask: value, ablation: of([6, 2, 4, 6]) } }, /must have 7 sources of 6 numbers/],
      [{ patch: { graph, mask: value, ablation: of([7, 2, 3, 6]) } }, /2 prompts of 3 positions, the run has 2 of 4/],
      [{ patch: { graph, mask: value, ablation: of([7, 3, 4, 6]) } }, /3 prompts of 4 positions, the run has 2 of 4/],
      [{ patch: { graph, mask: value, ablation: of([7, 0, 4, 6]) } }, /0 prompts of 4 positions, the run has 2 of 4/],
      [{ patch: { graph, mask: value, ablation: of([7, 2, 4, 5]) } }, /must have 7 sources of 6 numbers/],
      [{ patch: { graph, mask: ones([3, edgeCount]), ablation } }, /3 masks cannot share a batch of 2 prompts/],
      [{ patch: { graph, mask: ones([0, edgeCount]), ablation } }, /no mask among those of shape \[0, edges\]/],
      [
        { from: from!, patch: { graph, mask: ones([3, edgeCount]), ablation: of([7, 4, 4, 6]) } },
        /4 prompts .* the run has 6/,
      ],
      [{ patch: { graph: { ...graph, seqLen: 3 }, mask: value, ablation } }, /the graph/],
      [{ patch: { graph, mask: value, ablation, directions: ones([7, 2, 4, 6]) } }, /belong to a mask that records/],
      [
        { patch: { graph, mask: trained, ablation, directions: ones([7, 3, 4, 6]) } },
        /directions must have shape \[7, 2, 4, 6\]/,
      ],
      [
        { patch: { graph, mask: trained, ablation, ablationLeaf: ones([7, 1, 4, 6]) } },
        /leaf of the ablation must have/,
      ],
      [{ patch: { graph, mask: trained, ablation, outputsLeaf: ones([7, 1, 4, 6]) } }, /leaf of the outputs must have/],
      [{ reference: outputs(6) }, /reference must be .*, here \[8, 5\]/],
      [{ reference: outputs(8), patch: { graph, mask: trained, ablation } }, /divergences carry no gradient/],
    ];
    for (const [request, message] of refused) {
      const said = await model.forward({ tokens, ...request }).then(
        () => "nothing",
        (error: Error) => error.message,
      );
      expect.soft(said).toMatch(message);
    }
  });

  it("a graph that does not fit", async () => {
    const ablation = await resampled();
    const broken = { ...smallGraph, groups: smallGraph.groups.map((group) => ({ ...group, block: group.block + 1 })) };
    const outside = { ...smallGraph, groups: [{ ...smallGraph.groups[0]!, offset: edgeCount }] };
    for (const graph of [broken, outside]) {
      const patch = { graph, mask: mask(() => 0), ablation };
      await expect(model.forward({ tokens, patch })).rejects.toEqual(fails("bad-input", /groups\[/));
    }
  });

  it("disposed parts", async () => {
    const ablation = await resampled();
    ablation.dispose();
    await expect(
      logitsOf(
        mask(() => 0),
        ablation,
      ),
    ).rejects.toEqual(fails("disposed", /Ablation/));
    const gone = smallModel();
    gone.dispose();
    await expect(gone.forward({ tokens })).rejects.toEqual(fails("disposed", /Transformer/));
    expect(gone.disposed).toBe(true);
  });

  it("weights that are not finite", async () => {
    const weights = smallWeights();
    weights["blocks.1.mlp.b_in"] = Tensor.full([8], Number.NaN, { dtype: "float64" });
    const damaged = smallModel({}, weights);
    await expect(damaged.ready()).rejects.toEqual(fails("bad-input", /blocks\.1\.mlp\.b_in/));
    await expect(damaged.forward({ tokens })).rejects.toEqual(fails("bad-input", /blocks\.1\.mlp\.b_in/));
    expect(await model.ready()).toBe(model);
  });

  it("weights and configurations that do not fit", () => {
    const { "blocks.0.attn.W_Q": query, ...rest } = smallWeights();
    const create = (weights: Record<string, Tensor>) => () => Transformer.create(smallConfig, weights);
    expect(create(rest)).toThrow(fails("unknown-name", /W_Q.* is missing/));
    expect(create({ ...rest, "blocks.0.attn.W_q": query! })).toThrow(
      fails("unknown-name", /Did you mean 'blocks\.0\.attn\.W_Q'/),
    );
    expect(create({ ...rest, "blocks.0.attn.W_Q": query!.transpose(0, 1) })).toThrow(fails("shape", /\[2, 6, 3\]/));
    expect(create({ ...rest, "blocks.0.attn.W_Q": query!.to("int64") })).toThrow(fails("dtype"));
    expect(() => smallModel({ heads: 0 })).toThrow(fails("bad-input", /config\.heads/));
  });
});

describe("AbortSignal", () => {
  it("rejects before it begins", async () => {
    const reason = new Error("enough");
    await expect(model.forward({ tokens, signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      code: "aborted",
      cause: reason,
    });
  });
  it("stops work that waits or runs", async () => {
    let busy = Tensor.full([256, 256], 1 / 256);
    for (let i = 0; i < 50; i++) busy = busy.matmul(busy);
    const controller = new AbortController();
    const forward = model.forward({ tokens, signal: controller.signal });
    controller.abort("enough");
    await expect(forward).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    expect((await model.forward({ tokens, signal: new AbortController().signal })).logits!.shape).toEqual([2, 4, 5]);
  });
});

function withoutNorms(weights: Record<string, Tensor>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(weights).filter(([name]) => !/\.ln|^ln_/.test(name)));
}
