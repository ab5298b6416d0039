import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MersenneTwister } from "@autocircuit/base";
import { afterAll, expect, it } from "vitest";
import { filesOf, inHand, textsOf, until } from "../../sweep/test/small-sweep.ts";
import { root } from "./command-lines.ts";
import { run } from "./run-program.ts";

/** How many processes are killed: AUTOCIRCUIT_KILLS=100 for a long test. */
const kills = Number(process.env.AUTOCIRCUIT_KILLS ?? 8);
const folder = mkdtempSync(join(tmpdir(), "autocircuit-kills-"));
afterAll(() => rmSync(folder, { recursive: true }));
const plan = join(folder, "plan.json");
const out = join(folder, "out");

function coordinator(): ChildProcess {
  const args = ["sweep", "run", plan, "--out", out, "--workers", "2", "--attempts", "1000"];
  return spawn(process.execPath, [join(root, "packages/cli/dist/main.js"), ...args], { stdio: "ignore" });
}

it(`${kills} random kills of workers and coordinators lose nothing, and nothing is done twice`, async () => {
  // So many that a fast processor is not done before all kills: it does some twenty a second, and has a sixth of one.
  const values = Array.from({ length: Math.max(60, 17 * kills) }, (_, i) => (i + 1) / 100_000);
  const algorithm = { algorithm: "mask-gradient", key: "m", grid: { maskValue: values } };
  writeFileSync(
    plan,
    JSON.stringify({ tasks: ["tracr-sort"], algorithms: [algorithm], measure: { metrics: ["kl-clean"] } }),
  );
  const random = new MersenneTwister(7);
  const seen: Record<string, string> = {};
  let child = coordinator();
  for (let killed = 0; killed < kills; ) {
    await until(() => {
      // Also one that was killed long ago: its end is heard of only when the system has taken it apart.
      if (child.exitCode !== null || child.signalCode !== null) child = coordinator();
      return inHand(out);
    }, "a unit in hand");
    await sleep(random.below(120));
    const victim = random.below(2) === 0 ? child.pid : inHand(out)?.pid;
    if (victim === undefined) continue;
    try {
      process.kill(victim, "SIGKILL");
      killed++;
    } catch {
      // It was quicker.
    }
    await sleep(50);
    // What was there stays as it is.
    const now = filesOf(out);
    expect(now).toMatchObject(seen);
    Object.assign(seen, now);
  }
  child.kill("SIGKILL");
  const last = await run(["sweep", "run", plan, "--out", out]);
  expect(last).toMatchObject({ code: 0, out: expect.stringMatching(`${values.length} done, 0 failed, 0 missing`) });
  expect(filesOf(out)).toMatchObject(seen);
  const texts = textsOf(out);
  expect(Object.keys(texts)).toHaveLength(values.length);
  // What was being written when its process was killed is no result.
  const files = (part: string) => readdirSync(join(out, part)).filter((name) => name.endsWith(".json"));
  for (const part of ["times", "units"]) expect(files(part)).toHaveLength(values.length);
  expect(files("errors")).toEqual([]);
  // Some of them made again, in peace.
  const again = join(folder, "again");
  await run(["sweep", "work", plan, "--out", again, "--unit", "1", "--together", "8"]);
  expect(texts).toMatchObject(textsOf(again));
  expect(Object.keys(textsOf(again))).toHaveLength(8);
}, 1_800_000);
