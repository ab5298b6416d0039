import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
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
  expect(await readText(join(folder, "text"), 4)).toBe("text");
  await expect(readText(join(folder, "text"), 3)).rejects.toMatchObject({
    code: "bad-file",
    message: expect.stringMatching(/has 4 bytes, more than any such file \(3\)/),
  });
});
