import { describe, expect, test } from "vitest";
import { guard } from "../lib/addon-errors.ts";
import { compareDevices } from "../lib/devices/compare-devices.ts";
import { openDevice, recordings } from "../lib/index.ts";
import { addon } from "../lib/loader.ts";

// `npm test` without arguments builds the library of the pretend device: the CUDA library's kernels, on the host.
describe.skipIf(process.env.AUTOCIRCUIT_PRETEND_DEVICE === undefined)("a device of its own", () => {
  test("passes the probe that decides whether a library of kernels is used", async () => {
    expect(await openDevice("pretend:0")).toEqual({ name: "pretend:0", kernels: true });
    const { replayed } = await recordings();
    expect(await compareDevices("pretend:0")).toBeUndefined();
    expect((await recordings()).replayed).toBeGreaterThan(replayed);
  });

  test("throws errors whose codes the addon reads, though its library has a type of its own for them", async () => {
    await openDevice("pretend:0");
    expect(() => guard(() => addon().limitDeviceMemory("pretend:0", 2 ** 30))).toThrow(
      expect.objectContaining({ code: "device", message: expect.stringMatching(/no memory of its own/) }),
    );
  });
});
