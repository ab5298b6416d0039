import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { FileDigests } from "./file-digests.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-digests-"));
afterAll(() => rmSync(root, { recursive: true }));
// By the last test it has lain for long enough.
writeFileSync(join(root, "settled"), Buffer.alloc(5 * 2 ** 20));
const long = new Date("2020-01-01T00:00:00Z");

/** The digest as a process of its own would find it, with what others learnt. */
async function found(path: string): Promise<string> {
  const digests = new FileDigests(join(root, "digests.json"));
  const digest = await digests.of(path);
  await digests.save();
  return digest;
}

it.each([
  ["small", 100],
  ["large", 5 * 2 ** 20],
])("a %s file of the same size and time with other content has another digest", async (name, size) => {
  const path = join(root, name);
  const digests: string[] = [];
  for (const byte of [1, 2]) {
    writeFileSync(path, Buffer.alloc(size, byte));
    utimesSync(path, long, long);
    digests.push(await found(path));
    // Whoever looks again later may take it from what is kept.
    await new Promise((resolve) => setTimeout(resolve, size > 2 ** 20 && byte === 1 ? 2100 : 0));
    expect(await found(path)).toBe(digests.at(-1));
  }
  expect(digests[0]).not.toBe(digests[1]);
});

it("of large files digests are kept, once they have lain for a while", () => {
  const known = Object.keys(JSON.parse(readFileSync(join(root, "digests.json"), "utf8")));
  expect(known).toHaveLength(1);
  expect(known[0]).toMatch(/large \d+ 5242880 \d{19} \d{19}$/);
});

it("what was learnt is kept once there is a folder for it", async () => {
  const cache = join(root, "later", "digests.json");
  const digests = new FileDigests(cache);
  await digests.of(join(root, "settled"));
  await digests.save();
  mkdirSync(join(root, "later"));
  await digests.save();
  expect(Object.keys(JSON.parse(readFileSync(cache, "utf8")))).toHaveLength(1);
});
