import { AutocircuitError } from "@autocircuit/base";
import { describe, expect, it } from "vitest";
import { ADDON_ERROR_CODES, guard, settle, toAutocircuitError } from "./addon-errors.ts";
import { addon } from "./loader.ts";
import { Tensor } from "./tensor.ts";

describe("toAutocircuitError", () => {
  it("keeps codes of the addon, passes its own through, wraps the rest", () => {
    const coded = Object.assign(new Error("wrong"), { code: "shape" });
    expect(toAutocircuitError(coded)).toMatchObject({ code: "shape", message: "wrong" });
    const own = new AutocircuitError("dtype", "x");
    expect(toAutocircuitError(own)).toBe(own);
    expect(toAutocircuitError("odd")).toMatchObject({ code: "native", cause: "odd" });
    const ofNode = Object.assign(new RangeError("too long"), { code: "ERR_OUT_OF_RANGE" });
    expect(toAutocircuitError(ofNode)).toMatchObject({ code: "native", cause: ofNode });
  });
});

describe("errors of the addon", () => {
  it("have the codes that are known here, all of them codes of AutocircuitError", () => {
    expect(addon().errorCodes()).toEqual(ADDON_ERROR_CODES);
  });
  it("have a code where a number does not fit its type", async () => {
    await expect(Tensor.full([1], 300, { dtype: "uint8" }).data()).rejects.toMatchObject({
      code: "dtype",
      message: expect.stringMatching(/without overflow/),
    });
  });
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
