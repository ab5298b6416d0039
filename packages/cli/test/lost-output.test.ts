import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./command-lines.ts";

// The program as built: its streams are those of a process.
it.skipIf(!existsSync("/dev/full"))("says that standard output cannot be written, and fails", () => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(process.execPath, [join(root, "packages/cli/dist/main.js"), "tasks"], {
    stdio: ["ignore", full, "pipe"],
    encoding: "utf8",
  });
  closeSync(full);
  expect(stderr).toMatch(/^autocircuit: standard output cannot be written: ENOSPC.* It is not complete\.\n$/);
  expect(status).toBe(1);
});
