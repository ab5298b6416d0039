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
  expect(() => parseJson(utf16.subarray(2).swap16().toString("utf8"))).toThrow("it is not UTF-8 (is it UTF-16?)");
});

it("knows a file that is no text", () => {
  const images = [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0, 0]), Buffer.from([0xff, 0xd8, 0xff, 0xe0])];
  for (const image of images)
    expect(() => parseJson(image.toString("utf8"))).toThrow("it is no text, but a binary file");
});

it("knows a pointer of Git LFS", () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 34\n";
  expect(() => parseJson(pointer)).toThrow("`git lfs pull`");
  expect(() => parseJson(`\ufeff${pointer}`)).toThrow("`git lfs pull`");
});
