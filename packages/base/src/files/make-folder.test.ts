import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

const root = mkdtempSync(join(tmpdir(), "folder-"));
afterAll(() => rmSync(root, { recursive: true }));

it("makes a folder with all that it is in, once", () => {
  const path = join(root, "a/b/c");
  for (const _ of [1, 2]) makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
  symlinkSync(join(root, "a"), join(root, "link"));
  makeFolder(join(root, "link/d"));
  expect(statSync(join(root, "a/d")).isDirectory()).toBe(true);
  makeFolder("/");
});

// Where a recursive mkdir of Node's is asked for the same, the test would not end.
it.skipIf(!existsSync("/proc/self"))(
  "says where none can be made, instead of trying for ever (skipped without /proc)",
  () => {
    expect(() => makeFolder("/proc/no-such/folder")).toThrow(
      /"\/proc\/no-such\/folder" \(ENOENT\)\. No folder can be made/,
    );
  },
);

it("says what is in the way", () => {
  writeFileSync(join(root, "file"), "words");
  symlinkSync(join(root, "nowhere"), join(root, "dangling"));
  expect(() => makeFolder(join(root, "file"))).toThrow(/EEXIST.*is in the way/);
  expect(() => makeFolder(join(root, "file/below"))).toThrow(/ENOTDIR.*part of the path is a file/);
  expect(() => makeFolder(join(root, "dangling"))).toThrow(/EEXIST/);
});
