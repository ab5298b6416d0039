import { join } from "node:path";
import { expect, it } from "vitest";
import { cudaStamp } from "../../../test/toolchain/cuda-fixtures.ts";
import { temporaryFolder, writeTree } from "../../../test/toolchain/fixtures.ts";
import { cudaPaths } from "./library.ts";
import { probe } from "./probe.ts";

it("ends a probe that hangs, and needs no place to remember", async () => {
  const root = writeTree(temporaryFolder(), { "probe.cjs": "setInterval(() => {}, 1000);" });
  const library = { ...cudaPaths(root, "none"), built: cudaStamp() };
  const request = {
    library,
    libtorchCuda: "x",
    gpus: [],
    addon: "",
    env: process.env,
    program: join(root, "probe.cjs"),
    timeoutMs: 300,
  };
  expect(await probe(request)).toMatchObject({ passed: false, reason: "the probe did not end within 0.3 s" });
});
