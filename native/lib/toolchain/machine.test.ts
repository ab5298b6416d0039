import { describe, expect, it } from "vitest";
import { type MachineKind, machineProblem, thisMachine } from "./machine.ts";

const debian: MachineKind = { node: "22.12.0", platform: "linux", arch: "x64", glibc: "2.36" };

describe("machineProblem", () => {
  it.each<[string, Partial<MachineKind>, RegExp]>([
    ["Node 18", { node: "18.20.4" }, /needs Node 20\.17\.0 or newer, this is 18\.20\.4: install/],
    ["32 bits", { arch: "ia32" }, /needs 64 bits.* made for ia32.*install Node for x64/],
    ["musl", { glibc: undefined }, /another C library than glibc.*musl.*node:22-slim/],
  ])("says what to do on %s", (_, changes, message) => {
    expect(machineProblem({ ...debian, ...changes })).toMatch(message);
  });
  it("has nothing against this machine, nor against macOS, which has no glibc", () => {
    expect(machineProblem(thisMachine())).toBeUndefined();
    expect(machineProblem({ ...debian, platform: "darwin", arch: "arm64", glibc: undefined })).toBeUndefined();
  });
});
