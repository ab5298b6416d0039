import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeNvcc, fakeNvidiaSmi } from "../../../test/toolchain/cuda-fixtures.ts";
import { chooseArchitectures, runsOn } from "./architectures.ts";
import { findGpus, type Gpu, visibleGpus } from "./gpus.ts";
import { findNvcc } from "./nvcc.ts";

const gpu = (name: string, uuid: string, capability: string): Gpu => ({
  ...{ name, uuid, capability, driver: "580.95" },
  memoryBytes: 0,
  freeBytes: 0,
});
const A100 = gpu("A100", "GPU-aaaa", "8.0");
const H100 = gpu("H100", "GPU-bbbb", "9.0");

describe("findGpus", () => {
  it("reads what nvidia-smi says, and takes its absence for none", async () => {
    const env = { ...process.env, PATH: `${dirname(fakeNvidiaSmi())}:${process.env.PATH}` };
    const { gpus, driverCuda } = await findGpus(env);
    expect(driverCuda).toBe("13.0");
    expect(gpus).toEqual([
      {
        ...{ name: "NVIDIA H100 80GB HBM3", uuid: "GPU-1a2b", capability: "9.0", driver: "580.95" },
        ...{ memoryBytes: 81559 * 2 ** 20, freeBytes: 81000 * 2 ** 20 },
      },
    ]);
    expect(await findGpus({ PATH: "/nowhere" })).toEqual({ gpus: [] });
  });

  it("knows which ones CUDA shows", () => {
    const visible = (named: string) =>
      visibleGpus([A100, H100], { CUDA_VISIBLE_DEVICES: named }).map(({ name }) => name);
    expect(visibleGpus([A100, H100], {})).toHaveLength(2);
    expect([visible("1"), visible("1,0"), visible("GPU-b"), visible(""), visible("0,7,1")]).toEqual([
      ["H100"],
      ["H100", "A100"],
      ["H100"],
      [],
      ["A100"],
    ]);
  });
});

describe("findNvcc", () => {
  it("takes the variables in order, then the PATH", async () => {
    const [old, present] = [fakeNvcc("12.6"), fakeNvcc("13.0")];
    const found = async (env: NodeJS.ProcessEnv) =>
      (await findNvcc({ PATH: "/usr/bin:/bin", ...env })) as { nvcc: object };
    expect((await found({ CUDACXX: old, CUDA_HOME: "/nowhere" })).nvcc).toMatchObject({
      version: "12.6",
      foundBy: "CUDACXX",
    });
    const onPath = await found({ PATH: `${dirname(present)}:/usr/bin:/bin` });
    expect(onPath.nvcc).toMatchObject({ version: "13.0", foundBy: "PATH", architectures: ["75", "80", "90"] });
    expect(await findNvcc({ PATH: "/usr/bin:/bin", CUDA_HOME: "/nowhere" })).toMatchObject({
      problem: expect.stringMatching(/CUDA_HOME names \/nowhere\/bin\/nvcc/),
    });
  });
});

describe("architectures", () => {
  const nvcc = { command: "nvcc", version: "13.0", architectures: ["75", "80", "90"], foundBy: "PATH" };

  it("are those asked for, else those of the GPUs, else the usual ones", () => {
    expect(chooseArchitectures(["sm_90", "8.0", "90"], [], nvcc)).toEqual(["80", "90"]);
    expect(chooseArchitectures([], [H100, H100], nvcc)).toEqual(["90"]);
    expect(chooseArchitectures([], [], nvcc)).toEqual(["80", "90"]);
  });

  it("run on GPUs of their own and newer generations", () => {
    expect(runsOn(["80", "90"], "8.9")).toBe(true);
    expect(runsOn(["90"], "12.0")).toBe(true);
    expect(runsOn(["90"], "8.0")).toBe(false);
  });
});
