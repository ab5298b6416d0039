import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { drawn } from "./choose.ts";

describe("drawn", () => {
  it("draws with the probabilities of the softmax, the same for one seed", async () => {
    using logits = Tensor.from([0, Math.log(3), Math.log(6)]);
    const choose = drawn(1, undefined, 5);
    const again = drawn(1, undefined, 5);
    const counts = [0, 0, 0];
    for (let i = 0; i < 2000; i++) {
      const token = await choose(logits);
      expect(await again(logits)).toBe(token);
      counts[token]!++;
    }
    [0.1, 0.3, 0.6].forEach((share, token) => {
      expect(Math.abs(counts[token]! / 2000 - share)).toBeLessThan(0.04);
    });
  });

  it("heeds temperature and top-k", async () => {
    using logits = Tensor.from([2, 1, 0, 1.9]);
    const cold = drawn(0.001, undefined, 1);
    const coldest = drawn(1e-309, undefined, 0);
    const two = drawn(100, 2, 1);
    const seen = new Set<number>();
    for (let i = 0; i < 50; i++) {
      expect(await cold(logits)).toBe(0);
      expect(await coldest(logits)).toBe(0);
      seen.add(await two(logits));
    }
    expect([...seen].toSorted()).toEqual([0, 3]);
  });
});
