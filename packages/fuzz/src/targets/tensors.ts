import { grad, scope, Tensor } from "@autocircuit/native";
import fc from "fast-check";
import { hostileValue } from "../inputs/hostile.ts";
import { target } from "../target.ts";

/** Every operation of a tensor, its factories, and `grad`. */
const operations = Object.getOwnPropertyNames(Tensor.prototype)
  .concat(...prototypes(Tensor.prototype).map((prototype) => Object.getOwnPropertyNames(prototype)))
  .filter((name) => !["constructor", "disposed", "results", "op", "binary", "handle"].includes(name));
const factories = ["from", "zeros", "ones", "full", "arange", "cat", "stack", "where", "mapFile"] as const;

function prototypes(from: object): object[] {
  const next: object | null = Object.getPrototypeOf(from);
  return next === null || next === Object.prototype ? [] : [next, ...prototypes(next)];
}

/** `T0`, `T1`, `T2` stand for the tensors there are. */
const argument = fc.oneof(
  { arbitrary: fc.integer({ min: -4, max: 4 }), weight: 6 },
  { arbitrary: fc.constantFrom<unknown>("T0", "T1", "T2", "T0", "T1"), weight: 6 },
  { arbitrary: fc.array(fc.integer({ min: -2, max: 4 }), { maxLength: 3 }), weight: 3 },
  {
    arbitrary: fc.constantFrom<unknown>(
      { dtype: "int64" },
      { shape: [2, 3] },
      { dtype: "nope" },
      "float64",
      "bool",
      true,
      0.5,
    ),
    weight: 3,
  },
  { arbitrary: fc.constantFrom<unknown>(["T0", "T1"], ["T0"], ["T0", 1]), weight: 1 },
  { arbitrary: hostileValue, weight: 2 },
);

export default target({
  name: "tensors",
  about: "operations of tensors on any operands",
  input: fc.array(
    fc.record({
      name: fc.constantFrom(...operations, ...factories, "grad"),
      on: fc.nat(2),
      with: fc.array(argument, { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  run: (calls) =>
    scope(async () => {
      const tensors: unknown[] = [
        Tensor.from([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        Tensor.from(
          [
            [0, 1, 2],
            [1, 1, 0],
          ],
          { dtype: "int64" },
        ),
        Tensor.from([0.5, 1, 2]).requireGrad(),
      ];
      for (const { name, on, with: given } of calls) {
        const values = given.map((value) => resolved(value, tensors));
        // A tensor of a billion numbers is no mistake that could be refused.
        if (values.some((value) => isHuge(value))) continue;
        const object = tensors[on % tensors.length] as Record<string, (...values: unknown[]) => unknown>;
        const statics = Tensor as unknown as Record<string, (...values: unknown[]) => unknown>;
        const result = await (name === "grad"
          ? grad(values[0] as Tensor, values[1] as Tensor[], values[2] as object)
          : (factories as readonly string[]).includes(name)
            ? statics[name]!(...values)
            : object[name]!(...values));
        for (const made of [result].flat()) if (made instanceof Tensor) tensors.unshift(made);
      }
      for (const tensor of tensors) if (tensor instanceof Tensor && !tensor.disposed) await tensor.data();
    }),
});

function resolved(value: unknown, tensors: readonly unknown[]): unknown {
  if (typeof value === "string" && /^T\d$/.test(value)) return tensors[Number(value[1]) % tensors.length];
  return Array.isArray(value) && value.length < 4 ? value.map((entry) => resolved(entry, tensors)) : value;
}

function isHuge(value: unknown): boolean {
  return typeof value === "number" ? value > 1e4 : Array.isArray(value) && value.some(isHuge);
}
