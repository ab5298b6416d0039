import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { watchChild } from "./watch-child.ts";

const module = fileURLToPath(new URL("../test/misbehaving.mjs", import.meta.url));
const limits = { seconds: 0.5, clockSeconds: 15, bytes: 2 ** 28 };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "autocircuit-fuzz-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function watch(what: string, own: Partial<typeof limits> = {}) {
  const counter = join(folder, what);
  writeFileSync(counter, new Uint8Array(16));
  const messages: unknown[] = [];
  const argument = JSON.stringify({ counter, what });
  const ending = await watchChild(module, argument, counter, (message) => messages.push(message), {
    ...limits,
    ...own,
  });
  expect(messages).toEqual(["begun"]);
  return ending;
}

it("ends a case that computes for ever", async () => {
  expect(await watch("spin")).toMatchObject({ kind: "hang", begun: 3 });
});

it("ends a case that waits for ever", async () => {
  expect(await watch("wait", { clockSeconds: 1 })).toMatchObject({
    kind: "hang",
    detail: expect.stringMatching(/clock/),
  });
});

it.skipIf(!existsSync("/proc/self/status"))("ends a case that takes too much memory", async () => {
  expect(await watch("eat", { seconds: 60 })).toMatchObject({ kind: "memory", begun: 3 });
});

it("tells a process that dies from one that is done", async () => {
  expect(await watch("die")).toMatchObject({ kind: "crash", begun: 3 });
  expect(await watch("end")).toMatchObject({ kind: "done" });
});
