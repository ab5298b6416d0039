import {
  type Ablate,
  type AblationType,
  ablationTypes,
  dataSetSides,
  type ForwardOptions,
  Tokens,
} from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import fc from "fast-check";
import { hostileValue } from "../inputs/hostile.ts";
import { tinyConfig, tinyModel } from "../inputs/tiny-model.ts";
import { target, WrongResult } from "../target.ts";

const model = await tinyModel();
const { edgeCount } = model.graph;
const number = fc.oneof(fc.constantFrom(0, 1, 0.5, -1, 2, Number.NaN, Number.POSITIVE_INFINITY), fc.float());
const shapes = fc.constantFrom(
  [edgeCount],
  [1, edgeCount],
  [2, edgeCount],
  [3, edgeCount],
  [0, edgeCount],
  [edgeCount - 1],
  [],
  [1, 1, edgeCount],
);
const count = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 6 }), weight: 9 },
  { arbitrary: fc.integer({ min: 0, max: 8 }), weight: 1 },
);
/** Ablations that a batch is enough for. */
const ofOneBatch = ablationTypes.filter((type) => dataSetSides(type) === undefined);
/** Half of the time left out, which most options can be. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof(fc.constant(null), arbitrary);

export default target({
  name: "masks",
  about: "passes with any mask, edges, positions, padding and tokens",
  input: fc.record({
    tokens: fc.record({
      rows: count,
      length: count,
      first: fc.constantFrom(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, -1, 6, 2 ** 40),
    }),
    mask: maybe(
      fc.record({ shape: shapes, numbers: fc.array(number, { minLength: 1, maxLength: 4 }), float: fc.boolean() }),
    ),
    ablate: fc.option(
      fc.oneof({ arbitrary: fc.array(fc.nat(edgeCount - 1)), weight: 4 }, { arbitrary: hostileValue, weight: 1 }),
      { freq: 2 },
    ),
    ablation: fc.oneof(
      { arbitrary: fc.constantFrom(...ofOneBatch), weight: 8 },
      { arbitrary: hostileValue, weight: 1 },
    ),
    padding: maybe(fc.array(fc.oneof(fc.nat(2), fc.integer({ min: -1, max: 7 })), { maxLength: 4 })),
    positions: maybe(fc.array(fc.nat(6), { maxLength: 3 })),
    sliced: maybe(fc.boolean()),
  }),
  run: ({ tokens: { rows, length, first }, mask, ablate, ablation, padding, positions, sliced }) =>
    scope(async () => {
      const ids = BigInt64Array.from({ length: rows * length }, (_, index) =>
        BigInt(index === 0 ? first : index % tinyConfig.dVocab),
      );
      const plain = Tensor.from(ids, { shape: [rows, length], dtype: "int64" });
      const patched = mask !== null || ablate !== null;
      const values = patched ? await model.ablations(plain, ablation as AblationType) : undefined;
      const numbers = mask?.numbers ?? [0];
      const tensor =
        mask &&
        Tensor.from(
          Array.from(
            { length: mask.shape.reduce((product, n) => product * n, 1) },
            (_, index) => numbers[index % numbers.length]!,
          ),
          { shape: mask.shape, dtype: mask.float ? "float32" : "float64" },
        );
      const options: ForwardOptions = {
        ...(ablate !== null && { ablate: ablate as Ablate }),
        ...(tensor && { ablate: tensor }),
        ...(values && { ablation: values }),
        ...(positions && { positions }),
        ...(sliced !== null && { sliced }),
      };
      const tokens = padding ? new Tokens(plain, { padding }) : plain;
      const logits = await model.forward(tokens, options);
      const data = await logits.data();
      const usual = numbers.every((n) => Math.abs(n) <= 2);
      if (usual && Array.from(data, Number).some(Number.isNaN)) throw new WrongResult("NaN among the logits");
    }),
});
