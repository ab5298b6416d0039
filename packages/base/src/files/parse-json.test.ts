import { expect, it } from "vitest";
import { parseJson } from "./parse-json.ts";

it("names the line", () => {
  expect(() => parseJson('{"prompts": [\n  {"clean": 1,}\n]}')).toThrow(/^line 2: /);
  expect(() => parseJson('{"a": 1}\n\n}')).toThrow(/^line 3: /);
  expect(() => parseJson('{\n"a":')).toThrow(/^line 2: /);
});

it("passes over one byte order mark at the beginning, and over no other", () => {
  expect(parseJson('\ufeff{"a": "\ufeff"}')).toEqual({ a: "\ufeff" });
  expect(() => parseJson('\ufeff\ufeff{"a": 1}')).toThrow(SyntaxError);
});

it("knows text that is not UTF-8", () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{"a": 1}', "utf16le")]);
  expect(() => parseJson(utf16.toString("utf8"))).toThrow("it is not UTF-8 (is it UTF-16?)");
});

it("knows a pointer of Git LFS", () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 34\n";
  expect(() => parseJson(pointer)).toThrow("`git lfs pull`");
  expect(() => parseJson(`\ufeff${pointer}`)).toThrow("`git lfs pull`");
});
