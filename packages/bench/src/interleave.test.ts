import { expect, it } from "vitest";
import { interleave } from "./interleave.ts";

it("takes turns, warms up once, and times every repeat", async () => {
  const calls: string[] = [];
  const item = (name: string) => ({ name, run: async () => void calls.push(name) });
  const seconds = await interleave([item("a"), item("b")], 3);
  expect(calls.join("")).toBe("abababab");
  expect(seconds.get("a")).toHaveLength(3);
  expect(seconds.get("b")?.every((value) => value >= 0)).toBe(true);
});

it("times what takes long less often", async () => {
  const calls: string[] = [];
  const item = (name: string) => ({ name, run: async () => void calls.push(name) });
  const seconds = await interleave([item("a"), { ...item("b"), atMost: 1 }], 3);
  expect(calls.join("")).toBe("aabaa");
  expect(seconds.get("b")).toHaveLength(1);
});
