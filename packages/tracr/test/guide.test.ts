import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";

const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");

test("the guide's example is the file beside this test", () => {
  expect(read("../../../docs/rasp.md")).toContain(read("own-program.ts"));
});

test("the guide's example finds the circuit that the compiler built", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const table = vi.spyOn(console, "table").mockImplementation(() => {});
  const { found, truth } = await import("./own-program.ts");
  expect(found).toEqual(truth);
  expect(found.length).toBeGreaterThan(5);
  expect(log.mock.calls[0]).toEqual([[false, 0, 1 / 3, 0.5]]);
  const decoded = log.mock.calls[1]![0] as number[];
  expect(decoded.map((x) => x.toFixed(6))).toEqual(["0.000000", "0.000000", "0.333333", "0.500000"]);
  const nodes = (table.mock.calls[0]![0] as { expression: string; node: string }[]).map((row) => [
    row.expression,
    row.node,
  ]);
  expect(nodes).toEqual(
    expect.arrayContaining([
      ["previous_5", "A0.0"],
      ["changed_4", "MLP 0"],
      ["change_rate_1", "A2.0"],
    ]),
  );
});
