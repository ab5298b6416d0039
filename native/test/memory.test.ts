import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { memory, resetPeak, scope, setThreads, Tensor, threads, versions } from "../lib/index.ts";

const MEBIBYTE = 2 ** 20;

describe("memory", () => {
  it("counts tensors and their bytes, and returns to what it was after 1,000 operations", async () => {
    const before = await memory();
    const sum = await scope(async () => {
      let total = Tensor.zeros([256, 256]);
      for (let i = 0; i < 1000; i++) total = total.add(1);
      return total.mean().item();
    });
    expect(sum).toBe(1000);
    const after = await memory();
    expect(after.tensors).toBe(before.tensors);
    expect(after.tensorBytes).toBe(before.tensorBytes);
  });

  it("is nowhere but on the CPU without a GPU", async () => {
    expect(await memory()).toMatchObject({ deviceBytes: 0, peakDeviceBytes: 0 });
  });

  it("knows the peak", async () => {
    await resetPeak();
    const before = await memory();
    const large = Tensor.ones([8 * MEBIBYTE]); // 32 MiB
    const during = await memory();
    expect(during.tensorBytes - before.tensorBytes).toBe(32 * MEBIBYTE);
    large.dispose();
    const after = await memory();
    expect(after.tensorBytes).toBe(before.tensorBytes);
    expect(after.peakTensorBytes - before.tensorBytes).toBe(32 * MEBIBYTE);
    expect(after.peakMemoryBytes).toBeGreaterThanOrEqual(after.rssBytes);
    await resetPeak();
    expect((await memory()).peakTensorBytes).toBe(before.tensorBytes);
  });

  it("views share memory", async () => {
    const tensor = Tensor.ones([MEBIBYTE]);
    const before = await memory();
    const view = tensor.reshape([1024, 1024]).transpose(0, 1).slice(0, 0, 10);
    expect((await memory()).tensorBytes).toBe(before.tensorBytes);
    expect(await view.sum().item()).toBe(10 * 1024);
  });

  it("frees tensors that the collector found", async () => {
    setFlagsFromString("--expose-gc");
    const gc: () => void = runInNewContext("gc");
    const collect = async () => {
      // Finalizers run a turn of the event loop after the collection.
      for (let i = 0; i < 3; i++) {
        gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await collect();
    const before = await memory();
    let held: Tensor[] | undefined = Array.from({ length: 8 }, () => Tensor.ones([MEBIBYTE]));
    expect((await memory()).tensors - before.tensors).toBe(held.length);
    held = undefined;
    await collect();
    const after = await memory();
    expect(after.tensors).toBeLessThanOrEqual(before.tensors);
    expect(after.tensorBytes).toBeLessThanOrEqual(before.tensorBytes);
  });

  /** Makes 24 tensors of 96 MiB one after the other, and gives the most bytes that they took at once. */
  async function oneAfterAnother(done: (tensor: Tensor) => void): Promise<number> {
    const before = await memory();
    let most = 0;
    for (let i = 0; i < 24; i++) {
      const tensor = Tensor.ones([24 * MEBIBYTE]);
      most = Math.max(most, (await memory()).tensorBytes - before.tensorBytes);
      done(tensor);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return most;
  }

  it("has the collector look for tensors that nobody disposed, and not where all are", async () => {
    let collections = 0;
    const observer = new PerformanceObserver((list) => {
      // Node gives a collection's kind as detail, which its types leave out.
      for (const entry of list.getEntries() as (PerformanceEntry & { detail: { kind: number } })[])
        if (entry.detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++;
    });
    observer.observe({ entryTypes: ["gc"] });
    expect(await oneAfterAnother((tensor) => tensor.dispose())).toBe(96 * MEBIBYTE);
    const whereDisposed = collections;
    expect(await oneAfterAnother(() => undefined)).toBeLessThan(12 * 96 * MEBIBYTE);
    observer.disconnect();
    expect(collections).toBeGreaterThan(whereDisposed);
    expect(whereDisposed).toBeLessThan(5);
  });
});

describe("threads and versions", () => {
  it("threads can be set", async () => {
    const before = threads();
    await setThreads(1);
    expect(threads()).toBe(1);
    await setThreads(before);
    await expect(setThreads(0)).rejects.toMatchObject({ code: "bad-input" });
    await expect(setThreads(1.5)).rejects.toMatchObject({ code: "bad-input" });
  });
  it("versions are known", () => {
    const found = versions();
    expect(Object.keys(found).sort()).toEqual(["addon", "compiler", "libtorch", "napi"]);
    expect(found.libtorch).toMatch(/^2\.\d+\.\d+/);
    expect(found.napi).toBe("9");
  });
});
