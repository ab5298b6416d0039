import type { Ablate, AblationType, ForwardOptions } from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import fc from "fast-check";
import { hostileValue } from "../inputs/hostile.ts";
import { tinyConfig, tinyModel } from "../inputs/tiny-model.ts";
import { target, WrongResult } from "../target.ts";

const model = tinyModel();
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
const count = fc.integer({ min: 0, max: 7 });

export default target({
  name: "masks",
  about: "passes with any mask, edges, positions, padding and tokens",
  share: 4,
  input: fc.record({
    tokens: fc.record({ rows: count, length: count, first: fc.constantFrom(0, 1, 5, -1, 6, 2 ** 40) }),
    mask: fc.option(
      fc.record({ shape: shapes, numbers: fc.array(number, { minLength: 1, maxLength: 4 }), float: fc.boolean() }),
    ),
    ablate: fc.option(fc.oneof(fc.array(fc.integer({ min: -1, max: edgeCount })), hostileValue)),
    using: fc.oneof(
      { arbitrary: fc.constantFrom("resample", "zero", "batch-tokenwise-mean", "batch-all-tok-mean"), weight: 8 },
      { arbitrary: hostileValue, weight: 1 },
    ),
    padding: fc.option(fc.array(fc.integer({ min: -1, max: 7 }), { maxLength: 4 })),
    positions: fc.option(fc.array(fc.integer({ min: -1, max: 7 }), { maxLength: 3 })),
    sliced: fc.option(fc.boolean()),
  }),
  run: ({ tokens: { rows, length, first }, mask, ablate, using, padding, positions, sliced }) =>
    scope(async () => {
      const ids = BigInt64Array.from({ length: rows * length }, (_, index) =>
        BigInt(index === 0 ? first : index % tinyConfig.dVocab),
      );
      const tokens = Tensor.from(ids, { shape: [rows, length], dtype: "int64" });
      const patched = mask !== null || ablate !== null;
      const values = patched ? await model.ablations(tokens, using as AblationType) : undefined;
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
        ...(tensor && { mask: tensor }),
        ...(ablate !== null && { ablate: ablate as Ablate }),
        ...(values && { using: values }),
        ...(padding && { padding }),
        ...(positions && { positions }),
        ...(sliced !== null && { sliced }),
      };
      const logits = await model.forward(tokens, options);
      const data = await logits.data();
      const usual = numbers.every((n) => Math.abs(n) <= 2);
      if (usual && Array.from(data, Number).some(Number.isNaN)) throw new WrongResult("NaN among the logits");
    }),
});
