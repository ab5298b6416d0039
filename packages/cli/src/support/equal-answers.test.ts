import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "equal-answers-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("discover names the prompts whose wrong answers are the right ones", async () => {
  const pair = (i: number, wrong: number) => ({
    clean: [3 + i, 17],
    corrupt: [5, 18],
    answers: [4],
    wrong_answers: [wrong],
  });
  const prompts = join(folder, "prompts.json");
  writeFileSync(prompts, JSON.stringify({ prompts: [9, 4, 9, 9].map((wrong, i) => pair(i, wrong)) }));
  const how = ["--model", smallGpt2, "--prompts", prompts, "--algorithm", "relp", "--size", "5", "--curve", "none"];
  const json = join(folder, "out.json");
  const { code, out } = await run(["discover", ...how, "--out", join(folder, "out"), "--json", json]);
  expect(code).toBe(0);
  const warning = /the wrong answers are the right ones in 1 of 4 prompt pairs \(.*prompts\[1\]\)/;
  expect(out).toMatch(warning);
  expect(JSON.parse(readFileSync(json, "utf8")).warnings.join()).toMatch(warning);
});
