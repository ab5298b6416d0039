import { scope, Tensor } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyConfig, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { sharePrefix } from "../model/share-prefix.ts";
import { partnersFromEnd } from "./pair-alignment.ts";
import { PromptLoader } from "./prompt-loader.ts";
import { Tokens } from "./tokens.ts";

const model = new PatchableModel({ transformer: tinyTransformer() });
afterAll(() => model.dispose());
const vocabulary = tinyConfig.dVocabOut;
const idsOf = (rows: number[][]) => Tensor.from(rows, { dtype: "int64" });

/** Logits of each row. */
async function logitsOf(tokens: Tokens | Tensor, of = model): Promise<Float32Array[]> {
  const all = await values(await of.forward(tokens));
  return Array.from({ length: all.length / vocabulary }, (_, row) =>
    all.subarray(row * vocabulary, (row + 1) * vocabulary),
  );
}

function expectSame(found: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expect(found.length).toBe(expected.length);
  for (const [row, logits] of found.entries()) expect(maxDifference(logits, expected[row]!)).toBeLessThan(1e-5);
}

/** Prompts without their first tokens, another number of them in each row and side. */
const cut = (aligned: boolean) =>
  randomPairs(4, 6).map((pair, i) => {
    const [clean, corrupt] = [pair.clean.slice(i % 3), pair.corrupt.slice(aligned ? i % 2 : i % 3)];
    return { ...pair, clean, corrupt, ...(aligned && { alignment: partnersFromEnd(clean.length, corrupt.length) }) };
  });

describe("what belongs to tokens goes with them", () => {
  const pairs = cut(false);
  const { clean } = new PromptLoader(pairs, { batchSize: 4, padId: 9 }).batches[0]!;
  const alone = async () =>
    (await Promise.all(pairs.map((pair) => logitsOf(new Tokens(idsOf([[...pair.clean]])))))).flat();

  it("padding, to some of the rows and to repeated ones", async () => {
    const expected = await alone();
    expectSame(await logitsOf(clean), expected);
    using some = clean.slice(1, 3);
    expect([some.shape, some.size, some.seqLen, some.padding]).toEqual([[2, 6], 2, 6, [1, 2]]);
    expectSame(await logitsOf(some), expected.slice(1, 3));
    using twice = some.repeat(2);
    expect([twice.padding, twice.numbers]).toEqual([
      [1, 2, 1, 2],
      [1, 2, 1, 2],
    ]);
    expectSame(await logitsOf(twice), [...expected.slice(1, 3), ...expected.slice(1, 3)]);
    using own = new Tokens(clean.ids.clone(), { padding: clean.padding });
    expectSame(await logitsOf(own), expected);
    using unpadded = clean.slice(3, 4);
    expect(unpadded.padding).toBeUndefined();
  });

  it("is not in the ids alone, which are other prompts", async () => {
    const [expected, found] = [await logitsOf(clean), await logitsOf(clean.ids)];
    expect(maxDifference(found[0]!, expected[0]!)).toBeLessThan(1e-5);
    expect(maxDifference(found[1]!, expected[1]!)).toBeGreaterThan(1e-3);
  });

  it.each(["clone", "to", "contiguous", "cat"])("and no operation of tensors loses it: there is no %s", (operation) => {
    expect(operation in clean.ids || operation in Tensor).toBe(true);
    expect(operation in clean).toBe(false);
  });

  it("a prefix of all rows, to some of the rows and to repeated ones", async () => {
    const whole = new PromptLoader(
      randomPairs(4, 6).map((pair) => ({ ...pair, clean: [4, 2, ...pair.clean], corrupt: [4, 2, ...pair.corrupt] })),
      { batchSize: 4 },
    );
    const expected = await logitsOf(whole.batches[0]!.clean);
    using shared = await sharePrefix(model, whole, { limit: 2 });
    const { clean: rest } = shared.prompts.batches[0]!;
    expect([rest.prefix!.seqLen, rest.prefix!.batch, rest.prefixShared, rest.canSlice]).toEqual([2, 1, true, true]);
    expectSame(await logitsOf(rest), expected);
    using some = rest.slice(2, 4);
    expectSame(await logitsOf(some), expected.slice(2, 4));
    using twice = rest.repeat(2);
    expectSame(await logitsOf(twice), [...expected, ...expected]);
    using own = new Tokens(rest.ids.clone(), { prefix: rest.prefix });
    expectSame(await logitsOf(own), expected);
    expect(maxDifference((await logitsOf(rest.ids))[0]!, expected[0]!)).toBeGreaterThan(1e-3);
  });

  it("a prefix of each row, to repeated rows; some rows cannot be taken out", async () => {
    const whole = new PromptLoader(randomPairs(2, 6, 2), { batchSize: 2 });
    const expected = await logitsOf(whole.batches[0]!.clean);
    using shared = await sharePrefix(model, whole, { limit: 2 });
    const { clean: rest } = shared.prompts.batches[0]!;
    expect([rest.prefix!.batch, rest.prefixShared, rest.canSlice]).toEqual([2, false, false]);
    using twice = rest.repeat(2);
    expectSame(await logitsOf(twice), [...expected, ...expected]);
    expect(() => rest.slice(0, 1)).toThrow(/cached prefix each cannot be sliced/);
  });

  it("the other prompts of their pairs, to some of the rows and to repeated ones", async () => {
    const { corrupt } = new PromptLoader(cut(true), { batchSize: 4, padId: 9 }).batches[0]!;
    const ofRows = async (tokens: Tokens, first: number, count: number) => {
      using ablation = await model.ablations(tokens, "resample");
      return values(ablation.sources.slice(1, first, first + count).contiguous());
    };
    using some = corrupt.slice(1, 3);
    using twice = corrupt.repeat(2);
    const expected = await ofRows(corrupt, 1, 2);
    expect(maxDifference(await ofRows(some, 0, 2), expected)).toBeLessThan(1e-5);
    expect(maxDifference(await ofRows(twice, 1, 2), expected)).toBeLessThan(1e-5);
    expect(maxDifference(await ofRows(twice, 5, 2), expected)).toBeLessThan(1e-5);
  });

  it("what is wrong with their pairs", async () => {
    const pair = { clean: [1, 2], corrupt: [3], answers: [0], wrongAnswers: [1] };
    const { corrupt } = new PromptLoader([pair, pair], { batchSize: 2, padId: 0 }).batches[0]!;
    using some = corrupt.slice(0, 1);
    using twice = corrupt.repeat(2);
    for (const tokens of [some, twice])
      await expect(model.ablations(tokens, "resample")).rejects.toThrow(/`clean` has 2 tokens, `corrupt` 1/);
  });
});

describe("lifetime", () => {
  it("ids go with their tokens; those of a tensor that was given stay its owner's", async () => {
    const ids = idsOf([[1, 2, 3]]);
    (await model.forward(ids)).dispose();
    expect(ids.disposed).toBe(false);
    const tokens = new Tokens(ids);
    expect(Tokens.of(tokens)).toBe(tokens);
    tokens.dispose();
    expect([ids.disposed, tokens.disposed]).toEqual([true, true]);
    await expect(model.forward(tokens)).rejects.toMatchObject({ code: "disposed" });
    await expect(model.forward(ids)).rejects.toMatchObject({ code: "disposed" });
    expect(() => new Tokens(ids)).toThrow(/ids were disposed/);
  });

  it("a scope frees them, except those that it returns", () => {
    let dropped: Tokens | undefined;
    using kept = scope(() => {
      const tokens = new Tokens(
        idsOf([
          [1, 2],
          [3, 4],
        ]),
      );
      dropped = tokens.slice(0, 1);
      return tokens.slice(1, 2);
    });
    expect([dropped!.disposed, kept.disposed]).toEqual([true, false]);
  });
});

describe("what cannot be is refused", () => {
  const twoRows = () =>
    idsOf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  const wrong = (padding: unknown) => () => new Tokens(twoRows(), { padding: padding as number[] });
  it.each([
    ["another number of rows", [1], "shape", "`padding` has 1 entries for 2 rows of tokens"],
    ["nothing left of a row", [0, 3], "bad-input", "`padding` leaves nothing of row 1: 3 padded positions of 3"],
    ["negative", [0, -1], "bad-input", "`padding` must be a list, each entry a whole number of at least 0"],
    ["not whole", [0.5, 0], "bad-input", "`padding` must be a list, each entry a whole number of at least 0"],
    ["no list", 1, "bad-input", "`padding` must be a list"],
  ])("padding: %s", (_, padding, code, message) => {
    expect(wrong(padding)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });

  it("ids that are no tokens", () => {
    const flat = Tensor.from([1, 2], { dtype: "int64" });
    expect(() => new Tokens(flat)).toThrow("Tokens must be [batch, positions], not [2]");
    expect(() => new Tokens(Tensor.from([[1, 2]]))).toThrow("Tokens must be int64, not float32");
    expect(() => new Tokens([[1, 2]] as unknown as Tensor)).toThrow("Tokens: `ids` must be a Tensor");
  });

  it("a prefix of other rows", async () => {
    const { prefix } = await model.run(twoRows(), { keysValues: true, logits: false });
    expect(() => new Tokens(idsOf([[1], [2], [3]]), { prefix })).toThrow(
      "`prefix` was made of 2 rows, but there are 3 rows of tokens",
    );
    prefix!.dispose();
  });

  it("rows that there are not, and no times", () => {
    using tokens = new Tokens(twoRows());
    for (const [start, end] of [
      [0, 3],
      [1, 1],
      [2, 3],
    ] as const)
      expect(() => tokens.slice(start, end)).toThrow(
        `there are no rows ${start} to ${end}: take some of the rows 0 to 2`,
      );
    expect(() => tokens.slice(-1, 1)).toThrow("`start` must be a whole number of at least 0");
    expect(() => tokens.repeat(0)).toThrow("`times` must be a whole number of at least 1");
  });

  it("padding and prefix apart from the tokens", async () => {
    using tokens = new Tokens(twoRows());
    const apart = { padding: [1, 0] } as object;
    await expect(model.run(tokens, apart)).rejects.toThrow("`padding` belongs to the tokens: give `new Tokens(ids, ");
    await expect(model.forward(tokens, apart)).rejects.toThrow(/no option `padding`/);
  });
});
