import { describe, expect, it } from "vitest";
import { processor, readProcessor } from "./processor.ts";

const facts = (family: number, model: number, flags: string) =>
  `processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: ${family}\nmodel\t\t: ${model}\nmodel name\t: AMD EPYC\nflags\t\t: ${flags}`;

describe("readProcessor", () => {
  it("names the generation of AMD's processors and their widest instructions", () => {
    const told = (family: number, model: number, flags = "sse2 avx2 fma") =>
      readProcessor("AMD EPYC", facts(family, model, flags), "x64");
    expect(told(25, 1)).toEqual({ name: "AMD EPYC (Zen 3)", instructions: "AVX2" });
    expect(told(25, 0x11, "avx2 avx512f")).toEqual({ name: "AMD EPYC (Zen 4)", instructions: "AVX-512" });
    expect(told(26, 2, "sse2")).toEqual({ name: "AMD EPYC (Zen 5)", instructions: "baseline" });
  });

  it("takes others by the system's name", () => {
    const name = "Intel(R) Xeon(R) Platinum 8488C";
    expect(readProcessor(name, "vendor_id\t: GenuineIntel\nflags\t: avx2", "x64").name).toBe(
      "Intel Xeon Platinum 8488C",
    );
    expect(readProcessor("Apple M2", "", "arm64")).toEqual({ name: "Apple M2", instructions: "NEON" });
  });

  it("says something of this machine", () => {
    expect(processor().cores).toBeGreaterThan(0);
    expect(processor().name).not.toBe("");
  });
});
