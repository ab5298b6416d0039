import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("../dist/main.js", import.meta.url));

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s stops a comparison, and takes its files away",
  async (signal, expected) => {
    const folder = mkdtempSync(join(tmpdir(), "autocircuit-stopped-"));
    try {
      const child = spawn(process.execPath, [PROGRAM, "peers", "--quick"], {
        env: { ...process.env, TMPDIR: folder },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.on("data", (chunk) => (said += chunk));
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      while (readdirSync(folder).length === 0 && child.exitCode === null) await wait(5);
      child.kill(signal);
      expect(await ended).toBe(expected);
      expect(said).toMatch(/bench: stopped\.\n$/);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000,
);
