import { describe, expect, it } from "vitest";
import { cudaIndex, defaultDevice, parseDevice } from "./device.ts";

describe("parseDevice", () => {
  it("takes the names there are", () => {
    for (const name of ["cpu", "auto", "cuda", "cuda:0", "cuda:12"]) expect(parseDevice(name)).toBe(name);
    expect([cudaIndex("cuda"), cudaIndex("cuda:3")]).toEqual([0, 3]);
  });

  it.each([
    ["cdua", /Did you mean cpu or cuda\?/],
    ["gpu", /Did you mean cpu/],
    ["cuda:x", /Did you mean cuda/],
    ["cuda:01", /names no device/],
    ["", /names no device/],
    ["tensor-processor", /There are cpu, cuda, cuda:1 and so on, and auto/],
  ])("refuses %o", (name, message) => {
    expect(() => parseDevice(name)).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringMatching(message) }),
    );
  });
});

describe("defaultDevice", () => {
  it("is the variable's, else the CPU", () => {
    expect([defaultDevice({}), defaultDevice({ AUTOCIRCUIT_DEVICE: "" })]).toEqual(["cpu", "cpu"]);
    expect(defaultDevice({ AUTOCIRCUIT_DEVICE: "cuda:1" })).toBe("cuda:1");
    expect(() => defaultDevice({ AUTOCIRCUIT_DEVICE: "cud" })).toThrow(/^AUTOCIRCUIT_DEVICE: "cud" names no device/);
  });
});
