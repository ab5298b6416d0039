import { expect, it } from "vitest";
import { cudaStamp } from "../../../test/toolchain/cuda-fixtures.ts";
import { misfit } from "./fit.ts";

const gpu = { name: "NVIDIA A100", uuid: "GPU-a", capability: "8.0", memoryBytes: 0, freeBytes: 0, driver: "580" };
const around = { libtorch: { build: "2.14.0+cu130", version: "2.14.0", cuda: "13.0" }, layout: 1, gpus: [gpu] };

it("takes a library of the same release, CUDA, layout and generation", () => {
  expect(misfit(cudaStamp(), around)).toBeUndefined();
  expect(misfit(cudaStamp({ cuda: "13.1" }), { ...around, gpus: [] })).toBeUndefined();
});

it.each([
  [{ platform: "plan9-mips" }, /built for plan9-mips/],
  [
    { libtorch: { path: "", build: "2.11.0+cu130", version: "2.11.0" } },
    /built for LibTorch 2\.11\.0\+cu130, the addon uses 2\.14/,
  ],
  [{ cuda: "12.8" }, /with CUDA 12\.8, LibTorch is for CUDA 13\.0/],
  [{ layout: 2 }, /layout is 2, the addon asks for 1/],
  [{ architectures: ["90"] }, /code for 90, which does not run on NVIDIA A100 \(compute capability 8\.0\)/],
])("refuses %o", (changes, reason) => {
  expect(misfit(cudaStamp(changes), around)).toMatch(reason);
});
