import { tracrReverse } from "@autocircuit/circuits";
import { expect, it } from "vitest";
import { formatStudioRows, measureStudio } from "./measure-studio.ts";

it("measures clicks of each kind that the graph has room for, and says what they may take", async () => {
  await using task = await tracrReverse();
  const subject = {
    name: "tracr-reverse",
    model: task.model,
    prompts: task.test,
    compiled: true,
    free: () => undefined,
  };
  const rows = await measureStudio(subject, 2);
  expect(rows.map(({ what }) => what)).toEqual([
    "one edge of the whole model",
    "50 edges of the whole model",
    "another size of the circuit",
  ]);
  for (const { edgeCount, milliseconds, longest, plain, goal } of rows) {
    expect([edgeCount, goal]).toEqual([77, 60]);
    expect(milliseconds).toBeGreaterThan(0);
    expect(longest).toBeGreaterThanOrEqual(milliseconds);
    expect(plain).toBeGreaterThan(0);
  }
  const [first, second] = await measureStudio({ ...subject, compiled: false }, 1);
  expect(first!.goal).toBeCloseTo(1.5 * first!.plain + 30, 9);
  const table = formatStudioRows([{ ...first!, milliseconds: 1000, goal: 50 }, second!]).split("\n");
  expect(table).toHaveLength(3);
  expect(table[1]).toMatch(/tracr-reverse +77 +one edge of the whole model +1000\.0 .* 50 \(missed\)$/);
});
