import { spawnSync } from "node:child_process";
import { existsSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { temporaryFolder, writeTree } from "../../test/toolchain/fixtures.ts";
import { withLock } from "./lock.ts";

describe("withLock", () => {
  it("lets one at a time in, and leaves nothing behind", async () => {
    const path = join(temporaryFolder(), "deep", "lock");
    let inside = 0;
    let most = 0;
    const waited: string[] = [];
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(30);
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(path, work, { onWait: (owner) => waited.push(owner) })));
    expect(most).toBe(1);
    expect(waited).toHaveLength(2);
    // The file is there a moment before its words.
    expect(["another process", `process ${process.pid} on ${hostname()}`]).toContain(waited[0]);
    expect(existsSync(path)).toBe(false);
  });

  it("gives the lock back when the work fails", async () => {
    const path = join(temporaryFolder(), "lock");
    await expect(withLock(path, () => Promise.reject(new Error("disk full")))).rejects.toThrow("disk full");
    expect(await withLock(path, async () => "free")).toBe("free");
  });

  it("takes over from a process that is gone, once", async () => {
    const path = join(temporaryFolder(), "lock");
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    writeTree(path, { "owner.json": JSON.stringify({ pid: gone, host: hostname() }) });
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await sleep(20);
      inside--;
      return true;
    };
    expect(await Promise.all([withLock(path, work), withLock(path, work)])).toEqual([true, true]);
  });

  it("takes over from another machine that has not touched the lock for long", async () => {
    const path = join(temporaryFolder(), "lock");
    writeTree(path, { "owner.json": JSON.stringify({ pid: 1, host: "elsewhere" }) });
    const old = new Date(Date.now() - 10 * 60_000);
    utimesSync(path, old, old);
    expect(await withLock(path, async () => "mine")).toBe("mine");
  });

  it("says who holds it when it gives up", async () => {
    const path = join(temporaryFolder(), "lock");
    writeTree(path, { "owner.json": JSON.stringify({ pid: 77, host: "elsewhere" }) });
    const refused = withLock(path, async () => "never", { timeoutMs: 50 });
    await expect(refused).rejects.toThrow(/Waited too long for process 77 on elsewhere/);
  });
});
