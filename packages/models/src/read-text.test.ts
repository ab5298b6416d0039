import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadTokenizer } from "./index.ts";
import { openConfig, readConfigFile } from "./read-config.ts";
import { readText } from "./read-text.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "read-text-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("reads text, and says why it cannot", async () => {
  writeFileSync(join(folder, "text"), "text");
  expect(await readText(join(folder, "text"))).toBe("text");
  await expect(readText(join(folder, "none"))).rejects.toMatchObject({
    code: "not-found",
    message: expect.stringMatching(/does not exist/),
  });
  await expect(readText(folder)).rejects.toMatchObject({
    code: "bad-file",
    message: expect.stringMatching(/is a folder/),
  });
  await expect(readText(join(folder, "text", "x"))).rejects.toMatchObject({
    code: "bad-file",
    message: expect.stringMatching(/is a file/),
  });
});

it("names folders that stand where a model's files are due", async () => {
  for (const name of ["config.json", "tokenizer.json"]) mkdirSync(join(folder, name));
  const refused = {
    name: "AutocircuitError",
    code: "bad-file",
    message: expect.stringMatching(/is a folder, where a file is needed/),
  };
  await expect(openConfig(folder)).rejects.toMatchObject(refused);
  await expect(readConfigFile(folder)).rejects.toMatchObject(refused);
  await expect(loadTokenizer(folder)).rejects.toMatchObject(refused);
});
