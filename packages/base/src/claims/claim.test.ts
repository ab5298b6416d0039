import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { claimHolder, claimNow, releaseClaims } from "./claim.ts";
import { whileClaimed } from "./while-claimed.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-claim-"));
afterAll(() => rmSync(root, { recursive: true }));
let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(root, "one-")), "claim");
});

const others = (holder: object) =>
  writeFileSync(path, JSON.stringify({ host: "elsewhere", pid: 1, token: "x", ...holder }));
const silentFor = (seconds: number) => {
  const then = new Date(Date.now() - seconds * 1000);
  utimesSync(path, then, then);
};

describe("a claim", () => {
  it("is one process's until it is given up", () => {
    {
      using claim = claimNow(path);
      expect(claim).toBeDefined();
      expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ host: hostname(), pid: process.pid });
      expect(claimNow(path)).toBeUndefined();
    }
    expect(existsSync(path)).toBe(false);
    using again = claimNow(path);
    expect(again).toBeDefined();
  });

  it("says whose it is as long as it is held", () => {
    expect(claimHolder(path)).toBeUndefined();
    {
      using _claim = claimNow(path);
      expect(claimHolder(path)).toEqual({ host: hostname(), pid: process.pid });
    }
    others({ pid: 7 });
    expect(claimHolder(path)).toEqual({ host: "elsewhere", pid: 7 });
    silentFor(61);
    expect(claimHolder(path)).toBeUndefined();
  });

  it("of another machine lapses with a minute's silence", () => {
    others({});
    silentFor(30);
    expect(claimNow(path)).toBeUndefined();
    silentFor(61);
    using claim = claimNow(path);
    expect(claim).toBeDefined();
  });

  it("of a process that is killed lapses at once", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    others({ host: hostname(), pid: child.pid! });
    expect(claimNow(path)).toBeUndefined();
    const gone = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await gone;
    using claim = claimNow(path);
    expect(claim).toBeDefined();
  });

  it("that is damaged is nobody's; one without words is being written", () => {
    for (const text of ["{", "[]", '{"host":"a","pid":"x","token":"y"}', '{"host":"a","pid":1,"token":"../y"}']) {
      writeFileSync(path, text);
      using claim = claimNow(path);
      expect(claim, text).toBeDefined();
    }
    mkdirSync(path);
    claimNow(path)![Symbol.dispose]();
    writeFileSync(path, "");
    expect(claimNow(path)).toBeUndefined();
    silentFor(6);
    using claim = claimNow(path);
    expect(claim).toBeDefined();
  });

  it("goes where it was silent too, unless another is about to take it away; one that is another's by now stays", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    claimNow(path)![Symbol.dispose]();
    const silent = claimNow(path)!;
    vi.advanceTimersByTime(31_000);
    silent[Symbol.dispose]();
    expect(readdirSync(join(path, ".."))).toEqual([]);
    const watched = claimNow(path)!;
    const { token } = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(`${path}.${token}.stale`, JSON.stringify({ host: "elsewhere", pid: 1, token: "taker" }));
    utimesSync(`${path}.${token}.stale`, new Date(Date.now() + 31_000), new Date(Date.now() + 31_000));
    vi.advanceTimersByTime(31_000);
    watched[Symbol.dispose]();
    expect(readFileSync(path, "utf8")).toContain(token);
    vi.useRealTimers();
    rmSync(path);
    const lost = claimNow(path)!;
    others({});
    lost[Symbol.dispose]();
    expect(readFileSync(path, "utf8")).toContain("elsewhere");
  });

  it("is given up with all others of a process that ends", () => {
    claimNow(path);
    claimNow(`${path}-2`);
    releaseClaims();
    expect(readdirSync(join(path, ".."))).toEqual([]);
  });

  it("cannot be made where nothing can", () => {
    expect(() => claimNow(join(root, "no-such-folder", "claim"))).toThrow(/no-such-folder/);
    if (process.getuid?.() === 0) return;
    chmodSync(join(path, ".."), 0o500);
    expect(() => claimNow(path)).toThrow(/Cannot write/);
  });
});

describe("work under a claim", () => {
  it("comes one after the other, and gives what it gives", async () => {
    let [inside, most] = [0, 0];
    const work = (value: number) => async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
      return value;
    };
    expect(await Promise.all([1, 2, 3].map((value) => whileClaimed(path, work(value))))).toEqual([1, 2, 3]);
    expect([most, existsSync(path)]).toEqual([1, false]);
  });

  it("that fails gives the claim up", async () => {
    await expect(whileClaimed(path, () => Promise.reject(new Error("why")))).rejects.toThrow("why");
    expect(existsSync(path)).toBe(false);
  });
});
