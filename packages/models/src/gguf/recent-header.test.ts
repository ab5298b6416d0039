import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import type { GgufHeader } from "./header.ts";
import { recentHeader } from "./recent-header.ts";

const folder = mkdtempSync(join(tmpdir(), "recent-header-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.useRealTimers());
const [one, two] = ["one.gguf", "two.gguf"].map((name) => join(folder, name)) as [string, string];
for (const path of [one, two]) writeFileSync(path, "GGUF");

let reads = 0;
const read = async (): Promise<GgufHeader> => ({
  version: 3,
  metadata: new Map(),
  tensors: new Map([["n", ++reads as never]]),
});
const headerOf = (path: string) => recentHeader(path, statSync(path, { bigint: true }), read);

it("reads the header of a file again once it changed, another was read, or some time went by; one that just changed each time", async () => {
  const first = await headerOf(one);
  expect(await headerOf(one)).not.toBe(first);
  vi.useFakeTimers({ now: Date.now() + 10_000 });
  const kept = await headerOf(one);
  expect(await headerOf(one)).toBe(kept);
  expect(await headerOf(two)).not.toBe(kept);
  const again = await headerOf(one);
  expect(again).not.toBe(kept);
  utimesSync(one, 1, 1);
  const changed = await headerOf(one);
  expect(changed).not.toBe(again);
  vi.advanceTimersByTime(1900);
  expect(await headerOf(one)).toBe(changed);
  vi.advanceTimersByTime(2100);
  expect(await headerOf(one)).not.toBe(changed);
});
