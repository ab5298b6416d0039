import { expect, it } from "vitest";
import { jsonMistake } from "./json-mistake.ts";

function mistake(text: string): string {
  try {
    JSON.parse(text);
  } catch (cause) {
    return jsonMistake(text, cause);
  }
  throw new Error(`${text} is JSON`);
}

it("names the line", () => {
  expect(mistake('{"prompts": [\n  {"clean": 1,}\n]}')).toMatch(/^line 2: /);
  expect(mistake('{"a": 1}\n\n}')).toMatch(/^line 3: /);
  expect(mistake('{\n"a":')).toMatch(/^line 2: /);
});
