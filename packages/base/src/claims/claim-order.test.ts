import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SteppedClaims } from "../../test/stepped-claims.ts";
import { MersenneTwister } from "../random/mersenne-twister.ts";

const root = mkdtempSync(join(tmpdir(), "autocircuit-claim-order-"));
afterAll(() => rmSync(root, { recursive: true }));

const dead = JSON.stringify({ host: hostname(), pid: 2 ** 22 + 7, token: "dead" });
/** What lies there before. */
const beginnings: Readonly<Record<string, (path: string) => void>> = {
  nothing: () => undefined,
  "the claim of a process that is gone": (path) => writeFileSync(path, dead),
  "a silent claim of another machine": (path) => {
    writeFileSync(path, JSON.stringify({ host: "elsewhere", pid: 1, token: "silent" }));
    const past = new Date(Date.now() - 120_000);
    utimesSync(path, past, past);
  },
  "something damaged": (path) => writeFileSync(path, "{"),
  "a stale claim that a process was taking away when it ended": (path) => {
    writeFileSync(path, dead);
    writeFileSync(`${path}.dead.stale`, dead.replace("dead", "taker"));
  },
};

describe("of three that claim at once, in whatever order their steps come", () => {
  for (const [name, begin] of Object.entries(beginnings)) {
    it(`one at a time has it: ${name}`, async () => {
      await using claims = new SteppedClaims(3);
      await claims.ready();
      let taken = 0;
      for (let seed = 0; seed < 300; seed++) {
        const random = new MersenneTwister(seed);
        const folder = join(root, `${name}-${seed}`);
        mkdirSync(folder);
        begin(join(folder, "claim"));
        // Orders in which one is far behind the others are among them.
        const { broken, had } = claims.run(folder, (left) => [random.below(left), 1 + random.below(12)]);
        expect(broken, `seed ${seed}`).toBe(false);
        if (had.length === 0) continue;
        taken++;
        expect(readdirSync(folder), `seed ${seed}`).toEqual([]);
        rmSync(folder, { recursive: true });
      }
      // Who finds another taking away a stale claim may go without; somebody nearly always has it.
      expect(taken).toBeGreaterThan(285);
    });
  }
});
