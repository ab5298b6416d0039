import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./lib/run.mjs";

/** On a machine that has none of the tools. */
const check = (...args) =>
  spawnSync(process.execPath, [join(ROOT, "scripts", "check-arm64.mjs"), ...args], {
    encoding: "utf8",
    env: { PATH: "" },
  });

it("names all tools that are missing, and how to get them", () => {
  const { status, stderr } = check();
  expect(status).toBe(1);
  expect(stderr).toBe(
    "Cannot start aarch64-linux-gnu-g++, qemu-aarch64, cmake, ninja. " +
      "On Debian: apt-get install g++-aarch64-linux-gnu qemu-user cmake ninja-build\n",
  );
});

it("prints help without them", () => {
  const { status, stdout } = check("--help");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run check:arm64 \[-- FILTER\]/);
});
