import { describe, expect, test } from "vitest";
import { compareDevices } from "../lib/devices/compare-devices.ts";
import { openDevice, recordings } from "../lib/index.ts";

// `npm test` without arguments builds the library of the pretend device: the CUDA library's kernels, on the host.
describe.skipIf(process.env.AUTOCIRCUIT_PRETEND_DEVICE === undefined)("a device of its own", () => {
  test("passes the probe that decides whether a library of kernels is used", async () => {
    expect(await openDevice("pretend:0")).toEqual({ name: "pretend:0", kernels: true });
    const { replayed } = await recordings();
    expect(await compareDevices("pretend:0")).toBeUndefined();
    expect((await recordings()).replayed).toBeGreaterThan(replayed);
  });
});
