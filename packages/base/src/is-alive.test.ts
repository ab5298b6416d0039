import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { isAlive } from "./is-alive.ts";

it("knows this process and its parent, and one that is gone", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  expect([isAlive(process.pid), isAlive(process.ppid), isAlive(child.pid!)]).toEqual([true, true, true]);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
  expect(isAlive(child.pid!)).toBe(false);
});
