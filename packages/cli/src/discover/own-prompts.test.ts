import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";
import type { DiscoverResult } from "./result.ts";

const folder = mkdtempSync(join(tmpdir(), "own-prompts-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const pair = (clean: number[], corrupt: number[]) => ({ clean, corrupt, answers: [4], wrong_answers: [7] });
const prompts = { prompts: [pair([3, 17, 42], [3, 18, 42]), pair([9, 33, 8], [9, 31, 8])] };
const text = JSON.stringify(prompts, null, 1);
const write = (name: string, content: string | object) => {
  writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));
  return at(name);
};

const wanted = ["--algorithm", "edge-attribution", "--size", "10"];
const discover = (file: string, ...more: string[]) =>
  run([
    "discover",
    "--model",
    smallGpt2,
    "--prompts",
    file,
    ...wanted,
    "--out",
    at("out"),
    "--json",
    at("out.json"),
    ...more,
  ]);
const found = () => (JSON.parse(readFileSync(at("out.json"), "utf8")) as DiscoverResult).circuit;

describe("prompts in unusual places", () => {
  it("behind a byte order mark", async () => {
    expect(await discover(write("plain.json", text))).toMatchObject({ code: 0 });
    const plain = found();
    expect(plain).toHaveLength(10);
    expect(await discover(write("marked.json", `\ufeff${text}`))).toMatchObject({ code: 0 });
    expect(found()).toEqual(plain);
  });

  it.skipIf(process.platform === "win32")("in a pipe, which can be read once", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    const [written, result] = await Promise.all([writeFile(at("pipe"), text), discover(at("pipe"))]);
    expect([written, result.code]).toEqual([undefined, 0]);
    expect(found()).toHaveLength(10);
  });

  it("where a Git LFS pointer stands for them", async () => {
    const pointer = write("pointer.json", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n");
    const { code, err } = await discover(pointer);
    expect(code).toBe(2);
    expect(err).toContain("pointer.json is not JSON: it is a Git LFS pointer");
  });
});

describe("pairs of unequal length", () => {
  const unequal = { prompts: [...prompts.prompts, pair([20, 21, 4], [22]), pair([25, 21], [26, 21, 5])] };

  it("are refused, and the pair is named", async () => {
    const { code, err } = await discover(write("unequal.json", unequal));
    expect(code).toBe(2);
    expect(err).toMatch(
      /unequal\.json: prompts\[[23]\]: `clean` has \d tokens, `corrupt` \d\. .* --align end or --align words /,
    );
  });

  it("can be aligned at the end, or as the file says", async () => {
    expect(await discover(at("unequal.json"), "--align", "end")).toMatchObject({ code: 0 });
    const fromEnd = found();
    const alignment = [undefined, undefined, [null, null, 0], [1, 2]];
    const aligned = unequal.prompts.map((prompt, i) => ({
      ...prompt,
      ...(alignment[i] && { alignment: alignment[i] }),
    }));
    expect(await discover(write("aligned.json", { prompts: aligned }))).toMatchObject({ code: 0 });
    expect(found()).toEqual(fromEnd);
  });

  it("are fine where no value belongs to a position", async () => {
    const { code, out } = await discover(at("unequal.json"), "--ablation", "zero");
    expect(code).toBe(0);
    expect(out).toMatch(/zero/);
    expect(readFileSync(join(at("out"), "report.html"), "utf8")).toContain("Not measured with resampled values: ");
  });

  it("have no words as token ids", async () => {
    const { code, err } = await discover(at("unequal.json"), "--align", "words");
    expect(code).toBe(2);
    expect(err).toContain("prompts[0]: given as token ids, which show no words");
  });
});
