import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { libtorchFiles, temporaryFolder, writeTree } from "../../../test/toolchain/fixtures.ts";
import { inspectLibTorch } from "../libtorch.ts";
import type { MachineKind } from "../machine.ts";
import { currentStamp } from "../stamp.ts";
import { findPrebuilt, misfitOfPrebuilt, type Prebuilt } from "./find-prebuilt.ts";
import { probePrebuilt } from "./probe-prebuilt.ts";
import { writeLibTorchPath } from "./write-libtorch-path.ts";

const debian: MachineKind = { node: "22.12.0", platform: "linux", arch: "x64", glibc: "2.36" };
const NAME = "@autocircuit/native-linux-x64-gnu";

function libtorchOf(build = "2.13.0+cpu") {
  return inspectLibTorch(writeTree(temporaryFolder(), libtorchFiles({ build })), "cache").libtorch!;
}

/** An installed package with sources, and the package with the addon that was made from them. */
function installed(changes: object = {}) {
  const root = temporaryFolder();
  const nativeRoot = writeTree(join(root, "node_modules", "@autocircuit", "native"), {
    "package.json": '{ "name": "@autocircuit/native", "version": "0.1.0" }',
    "src/a.cc": "int a;",
  });
  const libtorch = libtorchOf();
  const stamp = currentStamp(nativeRoot, libtorch);
  const { build, version, variant } = libtorch;
  const facts = {
    ...{ sources: stamp.sources, libtorch: { build, version, variant }, platform: "linux-x64", napi: stamp.napi },
    ...{ compiler: "c++ 12", glibc: "2.28", probe: [1, 2, 3] },
    ...changes,
  };
  writeTree(join(root, "node_modules", NAME), {
    "package.json": `{ "name": "${NAME}", "version": "0.1.0" }`,
    "autocircuit.node": "library",
    "prebuilt.json": JSON.stringify(facts),
  });
  return { root, nativeRoot, libtorch, stamp: { ...stamp, platform: "linux-x64" } };
}

describe("findPrebuilt", () => {
  it("finds the package for the platform, and says why there is none", () => {
    const { nativeRoot } = installed();
    expect(findPrebuilt(nativeRoot, debian)).toMatchObject({ name: `${NAME} 0.1.0`, facts: { glibc: "2.28" } });
    expect(findPrebuilt(nativeRoot, { ...debian, platform: "freebsd" })).toBe("none is made for freebsd-x64");
    const alone = writeTree(temporaryFolder(), { "package.json": "{}" });
    expect(findPrebuilt(alone, debian)).toBe(`${NAME} is not installed`);
  });
});

describe("misfitOfPrebuilt", () => {
  const misfit = (machine: Partial<MachineKind> = {}, changes: object = {}, build?: string) => {
    const { nativeRoot, stamp } = installed(changes);
    const prebuilt = findPrebuilt(nativeRoot, debian) as Prebuilt;
    return misfitOfPrebuilt(prebuilt, stamp, libtorchOf(build), { ...debian, ...machine });
  };
  it("takes the one for these sources, this LibTorch and this machine", () => expect(misfit()).toBeUndefined());
  it.each<[string, Parameters<typeof misfit>, RegExp]>([
    ["another LibTorch", [{}, {}, "2.12.0+cpu"], /for LibTorch 2\.13\.0\+cpu, and yours is 2\.12\.0\+cpu/],
    ["other sources", [{}, { sources: "other" }], /made from other sources/],
    ["an older glibc", [{ glibc: "2.17" }], /needs glibc 2\.28 or newer, this system has 2\.17/],
    ["another platform", [{}, { platform: "linux-arm64" }], /is for linux-arm64/],
  ])("refuses it for %s", (_, given, message) => expect(misfit(...given)).toMatch(message));
});

describe("writeLibTorchPath", () => {
  const addon = Buffer.from(`\0before\0/autocircuit-libtorch${"_".repeat(40)}\0after`, "latin1");
  it("writes the folder of the libraries and keeps everything else in its place", () => {
    const written = writeLibTorchPath(addon, "/home/a é/torch");
    expect(written.length).toBe(addon.length);
    const [, before, path, ...rest] = written.toString("utf8").split("\0");
    expect([before, path, rest.at(-1)]).toEqual(["before", "/home/a é/torch/lib", "after"]);
  });
  it("refuses a path that is too long, and a file without a place for one", () => {
    expect(() => writeLibTorchPath(addon, `/${"x".repeat(80)}`)).toThrow(/cannot be written/);
    expect(() => writeLibTorchPath(Buffer.from("nothing"), "/torch")).toThrow(/damaged/);
  });
});

describe("probePrebuilt", () => {
  it("compares what a process of its own prints, and survives one that crashes", async () => {
    const root = temporaryFolder();
    const program = (text: string) => {
      writeTree(root, { "dist/devices/probe-addon.js": "" });
      writeFileSync(join(root, "dist", "devices", "probe-addon.js"), text);
    };
    const probe = () => probePrebuilt("/addon.node", [1, -2], root, process.env);
    program("console.log(JSON.stringify([1.00001, -2]))");
    expect(await probe()).toBeUndefined();
    program("console.log(JSON.stringify([1.1, -2]))");
    expect(await probe()).toMatch(/gave 1\.1 where 1 is right/);
    program("console.log(JSON.stringify([null, -2]))");
    expect(await probe()).toMatch(/gave null where 1 is right/);
    program("process.kill(process.pid, 'SIGSEGV')");
    expect(await probe()).toMatch(/its probe failed/);
  });
});
