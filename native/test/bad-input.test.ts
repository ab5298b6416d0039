import { AutocircuitError } from "@autocircuit/base";
import { describe, expect, it } from "vitest";
import { Tensor } from "../lib/index.ts";
import { addon } from "../lib/loader.ts";

/** Values that no function of the addon expects. */
const ODD: readonly unknown[] = [
  undefined,
  null,
  7,
  Number.NaN,
  "text",
  true,
  10n,
  Symbol("x"),
  () => 1,
  {},
  [],
  [[1], "a"],
  new Float32Array(2),
  new ArrayBuffer(0),
  new Proxy({}, {}),
  Object.create(null),
];

describe("the addon survives bad input", () => {
  const functions = Object.entries(addon()).filter(([name]) => name !== "CancelToken" && name !== "NativeTensor");

  it.each(functions)("%s", async (_, call) => {
    for (const first of ODD) {
      for (const second of ODD) {
        try {
          await (call as (...values: unknown[]) => unknown)(first, second, first);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }
    }
    expect(await Tensor.from([1, 2]).sum().item()).toBe(3);
  });

  it("operations with odd operands and parameters", () => {
    const handle = Tensor.zeros([2, 2]).handle;
    for (const name of addon().operations()) {
      for (const operands of [[], [handle], [handle, handle], [handle, handle, handle], [{}], [null]]) {
        for (const params of [
          [],
          [1e300],
          [Number.NaN],
          ["x"],
          [true],
          [[1, 2]],
          [[1e15]],
          [-(2 ** 52)],
          [{}],
          [[{}]],
        ]) {
          try {
            for (const made of addon().apply(name, operands as never, params as never)) made.dispose();
          } catch (error) {
            expect(error).toMatchObject({ code: expect.any(String) });
          }
        }
      }
    }
  });

  it("handles and boxes cannot be forged or mixed up", () => {
    const real = Tensor.zeros([1]).handle;
    const forged = Object.create(Object.getPrototypeOf(real));
    const apply = (handle: unknown) => () => addon().apply("neg", [handle as never], []);
    expect(apply(forged)).toThrow(/not a tensor/);
    expect(apply(new (addon().CancelToken)())).toThrow(/not a tensor/);
    expect(() => forged.shape).toThrow();
    expect(() => new (real.constructor as new () => unknown)()).toThrow(/made by functions/);
    expect(() => addon().disposeBox(real as never)).toThrow(/only boxes/);
  });

  it("a failed allocation is an error like any other", async () => {
    const huge = Tensor.zeros([1])
      .expand([2 ** 46])
      .clone();
    await expect(huge.data()).rejects.toMatchObject({ code: "out-of-memory" });
    expect(() => Tensor.zeros([2 ** 40, 2 ** 40])).toThrow(AutocircuitError);
  });
});
