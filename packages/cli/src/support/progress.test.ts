import { afterEach, expect, it, vi } from "vitest";
import { Progress } from "./progress.ts";

afterEach(() => vi.restoreAllMocks());

it("writes few plain lines where there is no terminal, the last step always", () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const stream = Object.create(process.stderr, { isTTY: { value: false } });
  using progress = new Progress("acdc", stream);
  for (let done = 1; done <= 1000; done++) progress.update(done, 1000);
  expect(lines.length).toBeLessThan(5);
  expect(lines.at(-1)).toBe("acdc: 1000 of 1000\n");
});
