import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runProgram } from "./program.ts";

let said = "";

beforeEach(() => {
  said = "";
  const hear = (text: unknown) => {
    said += `${text}\n`;
    return true;
  };
  vi.spyOn(process.stderr, "write").mockImplementation(hear);
  vi.spyOn(console, "error").mockImplementation(hear);
});
afterEach(() => void vi.restoreAllMocks());

it.each([
  ["engine --nope", /unknown option '--nope'/],
  ["engine --dtype float8", /Allowed choices are/],
  ["nope", /unknown command 'nope'/],
  ["growth --only nope", /There is no axis nope. There are: prompts/],
  ["peers --only nope", /There is no comparison nope. There are: plain/],
  ["peers --docs --quick", /--docs replaces the table/],
  ["peers --threads none", /whole number of at least 1/],
  [
    "peers --quick --python /nope/python",
    /^bench: \/nope\/python cannot be started \(ENOENT\): name a Python, or none.\n$/,
  ],
  [`peers --quick --python ${tmpdir()}`, /cannot be started \(EACCES\)/],
  [`peers --quick --python ${process.execPath}`, /has none of what is to be compared/],
  ["peers --quick --python=", /option '--python <program>' argument '' is invalid. Name a Python/],
  ["attribution --only nope", /There is no method "nope"/],
  ["methods --minutes 3", /--minutes is for --on/],
  ["studio --model x", /Give --model and --prompts together/],
])("%s is wrong usage: exit code 2, before anything is measured", async (line, message) => {
  expect(await runProgram(line.split(" "), new AbortController().signal)).toBe(2);
  expect(said).toMatch(message);
  expect(said).not.toMatch(/about \d+ min/);
});
