import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./command-lines.ts";

const folder = join(root, "examples");
const scripts = readdirSync(folder)
  .filter((name) => name.endsWith(".mjs"))
  .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }))
  .filter(({ text }) => text.includes("\n// Prints:\n"));

it("there are eight short ones that say what they print, and what they ask", () => {
  expect(scripts.length).toBeGreaterThanOrEqual(8);
  for (const { name, text } of scripts) {
    expect(text.split("\n").length, name).toBeLessThanOrEqual(61);
    expect(text, name).toMatch(/^\/\/ [A-Z][^\n]*\?\n\/\/\n/);
  }
});

it.each(scripts.map(({ name, text }) => [name, text] as const))(
  "examples/%s prints what it says",
  async (name, text) => {
    const [, comment] = text.split("\n// Prints:\n//\n");
    const said = comment!
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\/\/ {3}/, ""));
    const { error, out, err } = await runScript(join(folder, name));
    expect([error, err]).toEqual([null, ""]);
    expect(out.trimEnd().split("\n")).toEqual(said);
  },
);

/** As built, in a process of its own, as a user runs it. */
function runScript(file: string): Promise<{ error: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { cwd: root }, (error, out, err) => resolve({ error, out, err }));
  });
}
