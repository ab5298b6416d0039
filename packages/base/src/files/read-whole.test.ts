import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { readWhole } from "./read-whole.ts";

it("says what could not be read, and why", async () => {
  const missing = join(tmpdir(), "no-such-file-anywhere");
  await expect(readWhole(missing)).rejects.toMatchObject({
    code: "not-found",
    message: `Could not read ${missing}: there is no such file.`,
  });
  await expect(readWhole(pathToFileURL(missing), "prompts")).rejects.toThrow("Could not read prompts from file://");
  await expect(readWhole(tmpdir())).rejects.toMatchObject({
    code: "bad-file",
    message: `Could not read ${tmpdir()}: it is a folder, where a file is needed: name one in it.`,
  });
});
