import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadTokenizer } from "./index.ts";
import { openConfig, readConfigFile } from "./read-config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "models-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

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
