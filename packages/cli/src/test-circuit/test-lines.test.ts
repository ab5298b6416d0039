import { expect, it } from "vitest";
import { TEST_FLAGS, testLines, testSettings } from "./test-lines.ts";

const means = { full: 2, circuit: 1.5, without: 0.5, ablated: 0.1 };
const tested = { score: "logit-diff", size: 100, promptCount: 3, distinct: 3, means } as const;
const sufficiency = { test: "sufficiency", passed: true, pValue: 1, text: "" } as const;

it("says the library's notes with the command's flags, those that it has", () => {
  const few = { ...tested, verdicts: [sufficiency] };
  const settings = testSettings({ random: 5 });
  expect(testLines(few, settings, TEST_FLAGS)).toEqual([
    expect.stringMatching(/5 are needed, --batch-count takes more\.$/),
    expect.stringMatching(/were all of them beaten: --random 29 is the least\.$/),
  ]);
  expect(testLines(few, settings)[1]).toMatch(/`random: 29` is the least\.$/);
});

it("says where the edges are that a verdict's text leaves out", () => {
  const notMinimal = ["A0.0->MLP 0", "A0.1->MLP 0"].map((edge) => ({ edge, distance: 0, pValue: 1 }));
  const verdict = { ...sufficiency, test: "minimality", text: "A0.0->MLP 0 and 1 more", notMinimal } as const;
  const lines = testLines({ ...tested, promptCount: 50, distinct: 50, size: 2, verdicts: [verdict] });
  expect(lines).toEqual([
    "--json writes all 2 edges that do too little, as `notMinimal` of the verdict of minimality.",
  ]);
});
