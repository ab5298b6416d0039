import { AutocircuitError } from "@autocircuit/base";
import { describe, expect, it } from "vitest";
import { guard, settle, toAutocircuitError } from "./addon-errors.ts";
import { Tensor } from "./tensor.ts";

describe("toAutocircuitError", () => {
  it("keeps codes of the addon, passes its own through, wraps the rest", () => {
    const coded = Object.assign(new Error("wrong"), { code: "shape" });
    expect(toAutocircuitError(coded)).toMatchObject({ code: "shape", message: "wrong" });
    const own = new AutocircuitError("dtype", "x");
    expect(toAutocircuitError(own)).toBe(own);
    expect(toAutocircuitError("odd")).toMatchObject({ code: "native", cause: "odd" });
  });
});

describe("errors of the addon", () => {
  it("are AutocircuitErrors from calls and promises", async () => {
    const thrower = () => {
      throw Object.assign(new Error("wrong"), { code: "shape" });
    };
    expect(() => guard(thrower)).toThrow(AutocircuitError);
    await expect(settle(Promise.reject(new Error("x")))).rejects.toBeInstanceOf(AutocircuitError);
  });
  it("name the caller in the stack of a deferred error", async () => {
    async function readWrongTensor() {
      return await Tensor.zeros([1]).indexSelect(0, [5]).data();
    }
    const error = await readWrongTensor().catch((error: unknown) => error as Error);
    expect((error as Error).stack).toContain("readWrongTensor");
  });
});
