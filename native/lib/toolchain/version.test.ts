import { describe, expect, it } from "vitest";
import { compareVersions, isSupported, PINNED_VERSION, parseVersion } from "./version.ts";

describe("LibTorch versions", () => {
  it("splits a release from its build tag", () => {
    expect(parseVersion("2.13.0+cu130\n")).toEqual({ release: "2.13.0", local: "cu130" });
    expect(parseVersion("2.11")).toEqual({ release: "2.11", local: undefined });
    expect(parseVersion("2.14.0a0+git1234")).toEqual({ release: "2.14.0", local: "git1234" });
    expect(parseVersion("unknown")).toBeUndefined();
  });

  it("compares numbers, not text", () => {
    expect(compareVersions("2.9.1", "2.11.0")).toBeLessThan(0);
    expect(compareVersions("2.13.0+cpu", "2.13")).toBe(0);
    expect(compareVersions("2.13.1", "2.13.0")).toBeGreaterThan(0);
  });

  it("supports 2.11 up to the next major version", () => {
    expect(["2.10.9", "2.11.0", PINNED_VERSION, "2.99.0", "3.0.0", "1.13.0"].map(isSupported)).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
