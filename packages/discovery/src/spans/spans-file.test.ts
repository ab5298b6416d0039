import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { unequalPairs } from "../../test/architectures.ts";
import { readSpans, spansOf } from "./spans-file.ts";

const folder = mkdtemp(join(tmpdir(), "spans-file-"));
afterAll(async () => rm(await folder, { recursive: true }));
const file = async (name: string, text: string) => {
  const path = join(await folder, name);
  await writeFile(path, text);
  return path;
};
const from = (...places: number[]) =>
  places.map((place) => ({ ...unequalPairs[place]!, where: `some.json: prompts[${place}]` }));

describe("a file of spans", () => {
  it("has the same for all prompts, open at the end", async () => {
    const schema = await readSpans(await file("all.json", '{"spans": {"a": [0, 2], "none": [2, 2], "b": [2, null]}}'));
    const spans = spansOf(schema, unequalPairs);
    expect(spans.names).toEqual(["a", "none", "b"]);
    expect(spans.ofTokens.map((tokens) => [...tokens].join(""))).toEqual(["002222", "0022", "002222", "00222"]);
  });

  it("has those of each prompt, found again in any order", async () => {
    const rows = [1, 2, 3, 4].map((end) => `{"a": [0, ${end}], "b": [${end}, null]}`);
    const schema = await readSpans(await file("each.json", `{"spans": [${rows}]}`));
    expect(spansOf(schema, from(3, 0)).ofTokens.map((tokens) => [...tokens].join(""))).toEqual(["00001", "011111"]);
    expect(() => spansOf(schema, unequalPairs)).toThrow(/do not come from a file/);
    const [first, second] = from(0, 1);
    const two = [first!, { ...second!, where: "other.json: prompts[1]" }];
    expect(() => spansOf(schema, two)).toThrow(/prompts of one file; these are of several/);
    const more = { ...first!, where: "some.json: prompts[4]" };
    expect(() => spansOf(schema, [more])).toThrow(/spans of 4 prompts, and none is of "some.json: prompts\[4\]"/);
  });

  it("is a table as PEAP has them: where spans begin, with what lies before them", async () => {
    const table = '\ufeff,prompt,subject,rest,length,label\n0,"I, too",1,3,6,x\n1,b,2,2,4,y\n';
    const schema = await readSpans(await file("table.csv", table));
    const spans = spansOf(schema, from(1, 0));
    expect(spans.names).toEqual(["start", "subject", "rest"]);
    expect(spans.ofTokens.map((tokens) => [...tokens].join(""))).toEqual(["0022", "011222"]);
  });

  it.each([
    ["a.json", "{", /is not JSON/],
    ["b.json", "[]", /it should be \{"spans"/],
    ["c.json", '{"spans": {"a": [0, "end"]}}', /it should be \{"spans"/],
    ["d.csv", "prompt,length\nx,3\n", /columns should be/],
    ["e.csv", "prompt,a,a,length\nx,0,1,3\n", /the span `a` is there twice/],
    ["f.csv", "prompt,start,length\nx,0,3\n", /called as what lies before all/],
    ["g.csv", "prompt,a,length\nx,-1,3\n", /row 1: `a` is "-1"/],
    ["h.csv", 'prompt,a,length\n"x,0,3\n', /h\.csv/],
  ])("%s: says what is wrong", async (name, text, message) => {
    const path = await file(name, text);
    await expect(readSpans(path)).rejects.toThrow(message);
    await expect(readSpans(path)).rejects.toMatchObject({ code: "bad-file" });
  });
});
