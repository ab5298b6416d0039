import { describe, expect, it } from "vitest";
import { Ablation } from "./ablation.ts";
import { scope } from "./scope.ts";
import { Tensor } from "./tensor.ts";

describe("scope", () => {
  it("frees what was made inside, except what is returned", () => {
    const outside = Tensor.zeros([1]);
    const made: Tensor[] = [];
    const kept = scope(() => {
      made.push(outside.add(1), outside.add(2), outside.add(3));
      return { list: [made[1]!], nested: { tensor: made[2]! }, number: 1 };
    });
    expect(made.map((tensor) => tensor.disposed)).toEqual([true, false, false]);
    expect(kept.number).toBe(1);
    expect(outside.disposed).toBe(false);
  });
  it("returns a tensor by itself", async () => {
    const sum = scope(() => Tensor.from([1, 2]).add(1).sum());
    expect(await sum.item()).toBe(5);
  });
  it("frees when the callback throws", () => {
    let made: Tensor | undefined;
    const run = () =>
      scope(() => {
        made = Tensor.zeros([1]);
        throw new Error("stop");
      });
    expect(run).toThrow("stop");
    expect(made!.disposed).toBe(true);
  });
  it("follows async callbacks, and only them", async () => {
    const made: Tensor[] = [];
    const beside: Tensor[] = [];
    const inside = scope(async () => {
      made.push(Tensor.zeros([1]));
      await new Promise((resolve) => setTimeout(resolve, 20));
      made.push(Tensor.zeros([1]));
      return Tensor.from([7]);
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    beside.push(Tensor.zeros([1]));
    expect(made[0]!.disposed).toBe(false);
    const result = await inside;
    expect(made.map((tensor) => tensor.disposed)).toEqual([true, true]);
    expect(beside[0]!.disposed).toBe(false);
    expect(await result.item()).toBe(7);
  });
  it("frees when an async callback rejects", async () => {
    let made: Tensor | undefined;
    const run = scope(async () => {
      made = Tensor.zeros([1]);
      await Promise.resolve();
      throw new Error("stop");
    });
    await expect(run).rejects.toThrow("stop");
    expect(made!.disposed).toBe(true);
  });
  it("hands what an inner scope returns to the outer one", () => {
    let inner: Tensor | undefined;
    scope(() => {
      inner = scope(() => Tensor.zeros([1]));
      expect(inner.disposed).toBe(false);
    });
    expect(inner!.disposed).toBe(true);
  });
  it("lets tensors of an outer scope pass through an inner one", () => {
    const result = scope(() => {
      const outer = Tensor.zeros([1]);
      scope(() => outer);
      expect(outer.disposed).toBe(false);
      return outer;
    });
    expect(result.disposed).toBe(false);
  });
  it("frees ablations with their sources, and keeps both when one is returned", () => {
    let dropped: Ablation | undefined;
    const kept = scope(() => {
      dropped = new Ablation(Tensor.zeros([1, 1, 1, 2]));
      return new Ablation(Tensor.zeros([1, 1, 1, 2]));
    });
    expect([dropped!.disposed, dropped!.sources.disposed]).toEqual([true, true]);
    expect([kept.disposed, kept.sources.disposed]).toEqual([false, false]);
    kept.dispose();
    expect(kept.sources.disposed).toBe(true);
  });
  it("keeps what a returned object holds as its parts", () => {
    class Holder {
      readonly parts = [Tensor.zeros([1])];
      readonly other = Tensor.zeros([1]);
    }
    const kept = scope(() => new Holder());
    expect([kept.parts[0]!.disposed, kept.other.disposed]).toEqual([false, true]);
    kept.parts[0]!.dispose();
  });
  it("survives returned cycles and what was disposed inside", () => {
    const result = scope(() => {
      const tensor = Tensor.zeros([1]);
      Tensor.zeros([1]).dispose();
      const cycle: { tensor: Tensor; self?: unknown } = { tensor };
      cycle.self = cycle;
      return cycle;
    });
    expect(result.tensor.disposed).toBe(false);
  });
});
