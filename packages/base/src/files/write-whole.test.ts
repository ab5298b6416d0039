import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AutocircuitError } from "../errors.ts";
import { cannotWrite } from "./cannot-write.ts";
import { writeWhole, writeWholeSync } from "./write-whole.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "write-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("writes all pieces and leaves nothing beside", async () => {
  mkdirSync(join(folder, "new"));
  await writeWhole(join(folder, "new/file.txt"), ["te", Buffer.from("xt")]);
  expect(readFileSync(join(folder, "new/file.txt"), "utf8")).toBe("text");
  expect(readdirSync(join(folder, "new"))).toEqual(["file.txt"]);
});

it("leaves the old file and no part when it fails", async () => {
  mkdirSync(join(folder, "taken"));
  await expect(writeWhole(join(folder, "taken"), "text")).rejects.toMatchObject({
    code: "bad-file",
    message: expect.stringMatching(/^Cannot write ".*taken" \(EISDIR\)\. A folder of that name is in the way/),
  });
  await expect(writeWhole(join(folder, "no/such/file"), "text")).rejects.toThrow(/ENOENT.*There is no such folder/);
  writeFileSync(join(folder, "old"), "old");
  async function* half() {
    yield "half";
    throw new AutocircuitError("shape", "the other half is missing");
  }
  await expect(writeWhole(join(folder, "old"), half())).rejects.toMatchObject({ code: "shape" });
  expect(readFileSync(join(folder, "old"), "utf8")).toBe("old");
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

it("keeps a file's permissions", async () => {
  const path = join(folder, "private");
  writeFileSync(path, "old", { mode: 0o600 });
  chmodSync(path, 0o600);
  await writeWhole(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it.skipIf(process.platform === "win32")("writes what a link points at, and keeps the link", async () => {
  mkdirSync(join(folder, "behind"));
  for (const name of ["there", "not-there-yet"]) {
    const link = join(folder, `link-${name}`);
    symlinkSync(`behind/${name}`, link);
    if (name === "there") writeFileSync(link, "old");
    await writeWhole(link, "new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "behind", name), "utf8")).toBe("new");
  }
  expect(readdirSync(join(folder, "behind")).sort()).toEqual(["not-there-yet", "there"]);
});

it.skipIf(process.platform === "win32")("writes into a pipe, which stays one", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const read = readFile(pipe, "utf8");
  await writeWhole(pipe, "text");
  expect(await read).toBe("text");
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

it("says that a disk is full, and where", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  expect(cannotWrite("out.json", full)).toMatchObject({
    code: "bad-file",
    message: 'Cannot write "out.json" (ENOSPC). The disk is full: free some space.',
    cause: full,
  });
});

it("writes at once, and makes the folder", () => {
  const path = join(folder, "at", "once.txt");
  writeWholeSync(path, "old");
  writeWholeSync(path, Uint8Array.of(65, 66));
  expect(readFileSync(path, "utf8")).toBe("AB");
  const link = join(folder, "link-at-once");
  symlinkSync(path, link);
  writeWholeSync(link, "new");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("new");
  mkdirSync(join(folder, "taken-at-once"));
  expect(() => writeWholeSync(join(folder, "taken-at-once"), "x")).toThrow(/EISDIR|EEXIST|ENOTEMPTY/);
  expect(readdirSync(join(folder, "at"))).toEqual(["once.txt"]);
  // A file where a folder is asked for: the folder that cannot be made is named, and no part that was never written.
  expect(() => writeWholeSync(join(path, "in-a-file.txt"), "x")).toThrow(
    expect.objectContaining({
      code: "bad-file",
      message: `Cannot write "${path}" (EEXIST). A file of that name is in the way: remove it, or choose another folder.`,
    }),
  );
});
