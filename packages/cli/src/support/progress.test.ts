import { afterEach, expect, it, vi } from "vitest";
import { Progress, withProgress } from "./progress.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it("writes few plain lines where there is no terminal, the last step always", () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const stream = Object.create(process.stderr, { isTTY: { value: false } });
  using progress = new Progress("acdc", stream);
  for (let done = 1; done <= 1000; done++) progress.update(done, 1000);
  expect(lines.length).toBeLessThan(5);
  expect(lines.at(-1)).toBe("acdc: 1000 of 1000\n");
});

it("says once that a step is done, and of one that is done again only what took long", () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const stream = Object.create(process.stderr, { isTTY: { value: false } });
  using progress = new Progress("curve", stream);
  for (let times = 0; times < 5; times++) progress.update(52, 52);
  expect(lines).toEqual(["curve: 52 of 52\n"]);
  using quick = new Progress("nodes", stream, { again: true });
  for (let done = 0; done <= 9; done++) quick.update(done, 9);
  expect(lines).toHaveLength(1);
  using slow = new Progress("nodes", stream, { again: true });
  slow.update(0, 9);
  vi.advanceTimersByTime(6000);
  slow.update(5, 9);
  slow.update(9, 9);
  expect(lines.slice(1)).toEqual(["nodes: 5 of 9, about 5 s left\n", "nodes: 9 of 9\n"]);
});

it("says how long a long step will take, and what is left, by the speed until then", () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const stream = Object.create(process.stderr, { isTTY: { value: false } });
  using progress = new Progress("acdc", stream);
  // 100 of 10,100 steps were done before: they say nothing about the speed.
  progress.update(100, 10100);
  for (let done = 110; done <= 200; done += 10) {
    vi.advanceTimersByTime(1000);
    progress.update(done, 10100);
  }
  expect(lines[0]).toBe("acdc: 10,100 steps will take about 16 min 38 s, by the first 120\n");
  expect(lines.at(-1)).toBe("acdc: 200 of 10100, about 16 min 30 s left\n");
  expect(lines).toHaveLength(3);
  progress[Symbol.dispose]();
  // Ended before all is done: it is said when, not how long it would take.
  using limited = new Progress("nodes", stream);
  limited.update(0, 1000, 60);
  vi.advanceTimersByTime(9000);
  limited.update(1, 1000, 50);
  expect(lines.at(-1)).toBe("nodes: 1 of 1000, at most 50 s left\n");
  vi.advanceTimersByTime(9000);
  limited.update(999, 1000, 40);
  expect(lines.at(-1)).toBe("nodes: 999 of 1000, about 1 s left\n");
  limited[Symbol.dispose]();
  // Of steps that take longer and longer the first say nothing of the others.
  using uneven = new Progress("sizes", stream, { even: false });
  uneven.update(0, 30, 100);
  vi.advanceTimersByTime(9000);
  uneven.update(20, 30, 90);
  expect(lines.at(-1)).toBe("sizes: 20 of 30, at most 1 min 30 s left\n");
  expect(lines).toHaveLength(6);
});

it("says each ten seconds or so that a step goes on, with what is left of its time, until it is done", () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const stream = Object.create(process.stderr, { isTTY: { value: false } });
  const progress = new Progress("sizes", stream, { even: false });
  progress.update(2, 24, 98);
  vi.advanceTimersByTime(60_000);
  expect(lines.length).toBeGreaterThanOrEqual(5);
  expect(lines[0]).toBe("sizes: still 2 of 24 after 10 s, at most 1 min 28 s left\n");
  // Its time is over, and it has not ended: no line says that nothing is left.
  vi.advanceTimersByTime(60_000);
  expect(lines.at(-1)).toBe("sizes: still 2 of 24 after 2 min, its time is over: ending what runs\n");
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines.join("")).not.toContain(" 0 s left");
  progress.update(24, 24, 38);
  const { length } = lines;
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(length);
  progress.update(1, 24, 38);
  progress[Symbol.dispose]();
  vi.advanceTimersByTime(60_000);
  expect(lines.length).toBeLessThanOrEqual(length + 1);
});

it("says that work without steps goes on where it takes long", async () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const long = withProgress("report", () => new Promise((resolve) => setTimeout(() => resolve(7), 12_000)));
  await vi.advanceTimersByTimeAsync(12_000);
  expect(await long).toBe(7);
  expect(lines).toEqual(["report: still at work after 10 s\n"]);
  expect(await withProgress("report", async () => 8)).toBe(8);
  expect(lines).toHaveLength(1);
});
