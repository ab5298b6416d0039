import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "equal-answers-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("discover refuses prompts whose answer is a wrong answer too, or leaves them out and counts them", async () => {
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
  const command = ["discover", ...how, "--out", join(folder, "out"), "--json", json];
  const refused = await run(command);
  expect([refused.code, refused.err]).toEqual([
    2,
    expect.stringMatching(/prompts\[1\]: 4 is one of `answers` and of `wrong_answers`.*--skip-unfit leaves out/),
  ]);
  const { code, out } = await run([...command, "--skip-unfit"]);
  expect(code).toBe(0);
  expect(out).toMatch(
    /left out 1 of 4 prompt pairs: 1: an answer that is a wrong answer too \(such as .*prompts\[1\]\)/,
  );
  expect(JSON.parse(readFileSync(json, "utf8")).accuracy).toMatchObject({ above: expect.any(Number) });
});
