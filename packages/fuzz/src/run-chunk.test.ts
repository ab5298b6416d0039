import { AutocircuitError } from "@autocircuit/base";
import fc from "fast-check";
import { expect, it } from "vitest";
import { inputAt, runChunk } from "./run-chunk.ts";
import { target } from "./target.ts";

const numbers = target({
  name: "numbers",
  about: "numbers below 1000, of which those above 900 are a mistake of the program",
  input: fc.nat(1000),
  run: (n) => {
    if (n > 900) throw new TypeError(`cannot read ${n}`);
    if (n > 500) throw new AutocircuitError("bad-input", `${n} is too large`);
    return n % 2 ? "odd" : undefined;
  },
});

it("counts outcomes, and gives a failure with the smallest input that fails", async () => {
  let calls = 0;
  const { outcomes, failure } = await runChunk(numbers, 1, 250, () => calls++);
  expect(outcomes.failure).toBe(1);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(failure!.cases);
  expect(failure).toMatchObject({ target: "numbers", kind: "error", seed: 1, input: "901" });
  expect(failure!.message).toMatch(/TypeError: cannot read 901\n\s+at /);
  expect(calls).toBeGreaterThan(failure!.cases);
});

it("counts every case of a target that holds", async () => {
  const { outcomes, failure } = await runChunk({ ...numbers, input: fc.nat(900) }, 1, 250, () => undefined);
  expect(failure).toBeUndefined();
  expect(Object.keys(outcomes).sort()).toEqual(["bad-input", "odd", "ok"]);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(250);
});

it("gives the same cases for the same seed, and can name one without running it", async () => {
  const seen: number[] = [];
  const listening = { ...numbers, run: (n: unknown) => void seen.push(n as number) };
  await runChunk(listening, 7, 20, () => undefined);
  const first = [...seen];
  seen.length = 0;
  await runChunk(listening, 7, 20, () => undefined);
  expect(seen).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(5);
  expect(inputAt(numbers, 7, 13)).toBe(String(first[13]));
});

it("takes an error of the addon that nobody foresaw for a failure", async () => {
  const native = {
    ...numbers,
    run: () => Promise.reject(new AutocircuitError("native", "The native addon failed: x")),
  };
  expect((await runChunk(native, 1, 5, () => undefined)).failure?.message).toMatch(/The native addon failed/);
});
