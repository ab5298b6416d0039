import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownTask } from "@autocircuit/circuits";
import { afterAll, expect, it } from "vitest";
import { run } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "trailing-space-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const names = ["Mary", "John", "Tom", "Anna"];
const prompts = names.map((name, i) => ({
  ...{ clean: `Then ${name} said to `, corrupt: `Then ${names[(i + 1) % 4]} said to ` },
  ...{ answers: [` ${name}`], wrong_answers: [` ${names[(i + 1) % 4]}`] },
}));

it("prompts that end in the space of their answers are told of: printed, in the report, in JSON and to programs", async () => {
  const [model, file] = [await wordModel(at("words")), at("trail.json")];
  writeFileSync(file, JSON.stringify({ prompts }));
  const how = ["--algorithm", "edge-attribution", "--size", "5", "--bootstrap", "0", "--curve", "none"];
  const out = ["--out", at("found"), "--json", at("found.json")];
  const note = "warning: 4 of 4 prompts end in a space, and their answers begin with one";
  const { code, out: printed } = await run(["discover", "--model", model, "--prompts", file, ...how, ...out]);
  expect([code, printed.split(note).length]).toEqual([0, 2]);
  expect(JSON.parse(readFileSync(at("found.json"), "utf8")).notes).toContainEqual(expect.stringContaining(note));
  expect(readFileSync(at("found/report.html"), "utf8")).toContain("4 of 4 prompts end in a space");
  await using task = await ownTask(model, file);
  expect(task.notes).toEqual([expect.stringContaining(note)]);
  await using first = await ownTask(model, file, { outputSlice: { position: 1 } });
  expect(first.notes).toEqual([]);
});
