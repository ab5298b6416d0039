import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import type { Command } from "./participant.ts";
import { OURS } from "./peers-report.ts";

const folder = mkdtempSync(join(tmpdir(), "compare-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A tool that takes `seconds`, gives `numbers`, and dies at its run number `dies`. */
function tool(seconds: number, numbers: readonly number[], dies = 0): Command {
  const code = `
    let runs = 0;
    const answers = {
      open: () => ({}),
      run: () => {
        if (++runs === ${dies}) process.abort();
        return { seconds: ${seconds} + runs / 1000, cpuSeconds: 2 * ${seconds}, peakBytes: runs };
      },
      result: ({ file }) => {
        require("fs").writeFileSync(file, new Uint8Array(Float32Array.of(${numbers.join(",")}).buffer));
        return {};
      },
    };
    require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const message = JSON.parse(line);
      console.log(JSON.stringify(answers[message.do](message)));
    });`;
  return { program: process.execPath, args: ["-e", code] };
}

const run = (others: Record<string, Command>, comparable = true) =>
  compare({
    sides: [
      { name: OURS, command: tool(1, [1, 2, 4]) },
      ...Object.entries(others).map(([name, command]) => ({ name, command })),
    ],
    case: "case.json",
    folder,
    repeats: 3,
    comparable,
    limit: 30,
  });

describe("compare", () => {
  it("takes medians of the timed rounds, and the most memory of all", async () => {
    const { results, failures } = await run({ slow: tool(5, [1, 2, 4.001]) });
    expect(failures).toEqual([]);
    expect(results.map(({ who, seconds, cpuSeconds, peakBytes }) => [who, seconds, cpuSeconds, peakBytes])).toEqual([
      [OURS, 1.003, 2, 4],
      ["slow", 5.003, 10, 4],
    ]);
    expect(results[0]!.agreement).toBeUndefined();
    expect(results[1]!.agreement).toMatchObject({ agrees: true });
  });

  it("says when numbers differ", async () => {
    const { results } = await run({ other: tool(1, [1, 2, 5]) });
    expect(results[1]!.agreement).toEqual({ largest: 0.25, agrees: false });
    expect((await run({ other: tool(1, [1, 2, 5]) }, false)).results[1]!.agreement).toBeUndefined();
  });

  it("leaves out a tool that fails in the middle; the rest goes on", async () => {
    const { results, failures } = await run({
      dying: tool(1, [1, 2, 4], 3),
      other: tool(2, [1, 2, 4]),
      few: tool(1, [1]),
    });
    expect(results.map(({ who }) => who)).toEqual([OURS, "other"]);
    expect(failures).toMatchObject([
      { who: "few", why: "There are 3 numbers here and 1 there." },
      { who: "dying", why: expect.stringMatching(/^ended \(SIGABRT\)/) },
    ]);
  });

  it("fails when this project's own side does", async () => {
    const sides = [{ name: OURS, command: tool(1, [1], 2) }];
    await expect(
      compare({ sides, case: "case.json", folder, repeats: 3, comparable: true, limit: 30 }),
    ).rejects.toThrow(/SIGABRT/);
  });
});
