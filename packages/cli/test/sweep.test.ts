import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandPlan, readPlan, SweepResults } from "@autocircuit/sweep";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort, hasRedis, RedisServer } from "../../sweep/test/redis-server.ts";
import { failingOptions, inHand, textsOf, until } from "../../sweep/test/small-sweep.ts";
import { root } from "./command-lines.ts";
import { run } from "./run-program.ts";

// Processes of a busy machine take long to start.
vi.setConfig({ testTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), "autocircuit-sweeps-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const json = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));

const plan = at("small.yaml");
const slow = at("slow.yaml");
beforeAll(() => {
  const small = {
    tasks: ["tracr-hist", "tracr-detect-pattern"],
    algorithms: ["random", "edge-attribution"],
    seeds: [0, 1],
  };
  writeFileSync(plan, JSON.stringify({ ...small, measure: { metrics: ["kl-clean"], sizes: [0, 5], mib: true } }));
  const steps = { algorithm: "mask-gradient", grid: { steps: [80, 81, 82, 83, 84, 85] } };
  writeFileSync(
    slow,
    JSON.stringify({ tasks: ["tracr-hist"], algorithms: [steps], measure: { metrics: ["kl-clean"] } }),
  );
});

/** The program as built, in a process of its own. */
function program(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(root, "packages/cli/dist/main.js"), ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; err: string }> {
  let err = "";
  child.stderr!.on("data", (data) => (err += data));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, err };
}

describe("autocircuit sweep", () => {
  it("plans, runs, does one unit, tells how far it is, and writes what came out", async () => {
    const out = ["--out", at("one")];
    const planned = await run(["sweep", "plan", plan, ...out, "--probe", "2", "--json", at("units.json")]);
    expect(planned).toMatchObject({ code: 0, err: "" });
    expect(planned.out).toMatch(
      /8 units: 0 done, 0 failed, 8 missing\n8 units take about \d+ s of one worker, and .* [MG]iB/,
    );
    expect(json("units.json")).toMatchObject({
      units: 8,
      done: 0,
      missing: 8,
      list: [{ index: 0, algorithm: "random" }, {}, {}, {}, {}, {}, {}, {}],
    });
    expect(readdirSync(folder)).not.toContain("one");

    expect(await run(["sweep", "status", plan, ...out])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no results/),
    });
    const { hash } = json("units.json").list[3];
    expect((await run(["sweep", "work", plan, ...out, "--unit", "3"])).out).toBe(
      "done: edge-attribution on tracr-hist, seed 1\n",
    );
    expect((await run(["sweep", "work", plan, ...out, "--unit", hash.slice(0, 12)])).out).toMatch(/^kept: /);
    expect((await run(["sweep", "work", plan, ...out, "--unit", "0", "--together", "2"])).out).toMatch(
      /^done: .*\ndone: .*\n$/,
    );
    await run(["sweep", "status", plan, ...out, "--json", at("progress.json")]);
    expect(json("progress.json")).toMatchObject({ units: 8, done: 3, failed: 0, missing: 5, running: 0, failures: [] });

    const done = await run(["sweep", "run", plan, ...out, "--workers", "2", "--json", at("progress.json")]);
    expect(done.out).toMatch(/5 done now, 3 were there/);
    expect(json("progress.json")).toMatchObject({ units: 8, done: 8, missing: 0 });
    const files = [
      "--csv",
      at("c.csv"),
      "--units-csv",
      at("u.csv"),
      "--units-parquet",
      at("u.parquet"),
      "--json",
      at("r.json"),
      "--html",
      at("page"),
    ];
    const { code, out: text } = await run(["sweep", "results", plan, ...out, ...files, "--similar-at", "5"]);
    expect([code, text]).toEqual([0, expect.stringMatching(/tracr-hist .*random .*2 /)]);
    const rows = readFileSync(at("u.csv"), "utf8").trim().split("\n");
    expect(rows).toHaveLength(9);
    expect(rows[0]).toMatch(
      /^unit,task,algorithm,key,seed,edgeCount,knownEdgeCount,auroc,averagePrecision,cpr,cmd,prunedKl,replacedKl,seconds/,
    );
    expect(readFileSync(at("u.parquet")).subarray(0, 4).toString()).toBe("PAR1");
    expect(readFileSync(at("c.csv"), "utf8").trim().split("\n")).toHaveLength(1 + 8 * 2);
    const { units } = json("r.json");
    expect(units).toHaveLength(8);
    expect(units[0]).toMatchObject({
      task: "tracr-hist",
      algorithm: "random",
      seed: 0,
      series: [{ metric: "kl-clean" }],
      times: {},
    });
    const page = readFileSync(at("page/figures.html"), "utf8");
    for (const words of [
      "MIB",
      "Against the known circuit",
      "Cost against quality",
      "Similarity",
      `--unit ${hash.slice(0, 16)}`,
    ])
      expect(page).toContain(words);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    // The same numbers are in the page's table and in the file.
    const auroc = rows[1]!.split(",")[7]!;
    expect(page).toContain(`data-sort="${auroc}"`);
  });

  it("fails where units do, says why by kind, and how to run one alone", async () => {
    const failing = at("failing.json");
    writeFileSync(
      failing,
      JSON.stringify({
        tasks: ["tracr-hist"],
        algorithms: ["random", { algorithm: "mask-gradient", options: failingOptions }],
      }),
    );
    const { code, out, err } = await run(["sweep", "run", failing, "--out", at("failed")]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /failed, bad-input: 1, such as mask-gradient on tracr-hist, seed 0\n {2}.*ablateFrom.*\n {2}alone: autocircuit sweep work/,
    );
    expect(err).toMatch(/1 of 2 units failed/);
    const [, alone] = /alone: autocircuit (.*)/.exec(out)!;
    expect(await run(alone!.split(" "))).toMatchObject({ code: 1, err: expect.stringMatching(/ablateFrom/) });
  });

  it.each<[string, string[], RegExp]>([
    ["a plan that is not there", ["run", "none.yaml"], /no such file/],
    ["a folder with something else", ["run", "PLAN", "--out", root], /something else/],
    ["a folder that cannot be made", ["run", "PLAN", "--out", "/proc/no-such/out"], /No folder can be made there/],
    ["no unit and no queue", ["work", "PLAN", "--out", "x"], /Say which units/],
    ["a unit that there is not", ["work", "PLAN", "--out", "OUT", "--unit", "8"], /has the units 0 to 7/],
    ["a hash that there is not", ["work", "PLAN", "--out", "OUT", "--unit", "f".repeat(16)], /no such unit/],
    ["no Redis", ["run", "PLAN", "--out", "OUT", "--queue", "PORT"], /No Redis answers at redis:\/\/127\.0\.0\.1/],
    ["no Redis before a plan is read", ["run", "none.yaml", "--queue", "PORT"], /No Redis answers/],
    ["no address", ["run", "PLAN", "--out", "OUT", "--queue", "localhost"], /must be redis:\/\/HOST:PORT/],
    ["workers of a queue", ["run", "PLAN", "--queue", "redis://x", "--workers", "2"], /sweep work has them/],
    ["a name of no queue", ["run", "PLAN", "--out", "OUT", "--queue-name", "x"], /give that too/],
  ])("refuses %s", async (_, args, message) => {
    const port = `redis://127.0.0.1:${await freePort()}`;
    const words = args.map((word) => ({ PLAN: plan, OUT: at("refused"), PORT: port })[word] ?? word);
    const { code, err } = await run(["sweep", ...words]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it("a unit that another process has is not done, and the command fails", async () => {
    const out = at("busy");
    await SweepResults.open(out);
    const { hash } = (await expandPlan(await readPlan(plan)))[0]!;
    const claim = join(out, "claims", `${hash}.json`);
    writeFileSync(claim, JSON.stringify({ host: "elsewhere", pid: 1, token: "x" }));
    expect(await run(["sweep", "work", plan, "--out", out, "--unit", "0"])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^in the hands of another process: /),
      err: expect.stringMatching(/1 unit not done/),
    });
  });

  it("stopped by a signal leaves what is done, and goes on from there", async () => {
    const out = at("stopped");
    const child = program("sweep", "run", slow, "--out", out);
    const result = ended(child);
    await until(() => Object.keys(textsOf(out)).length >= 1, "a result");
    child.kill("SIGINT");
    expect(await result).toMatchObject({ code: null, err: expect.stringMatching(/stopped/) });
    await until(() => inHand(out) === undefined, "the claims to go");
    const before = Object.keys(textsOf(out)).length;
    expect((await run(["sweep", "run", slow, "--out", out])).out).toMatch(
      new RegExp(`${6 - before} done now, ${before} were there`),
    );
  });
});

describe.skipIf(!hasRedis)("autocircuit sweep work (skipped where there is no redis-server)", () => {
  it("serves a queue; of a machine that is lost, the unit in hand is done by another", async () => {
    await using redis = await RedisServer.start();
    const out = ["--out", at("queue"), "--queue", redis.url];
    const coordinator = ended(program("sweep", "run", slow, ...out));
    const lost = program("sweep", "work", slow, ...out, "--stalled-after", "1.5");
    await until(() => inHand(at("queue")) !== undefined, "a unit in hand");
    lost.kill("SIGKILL");
    const other = program("sweep", "work", slow, ...out, "--stalled-after", "1.5");
    expect(await coordinator).toMatchObject({ code: 0 });
    const stopped = ended(other);
    other.kill("SIGINT");
    await stopped;
    await run(["sweep", "run", slow, "--out", at("local")]);
    expect(textsOf(at("queue"))).toEqual(textsOf(at("local")));
  });

  it("a coordinator that is lost is no loss", async () => {
    await using redis = await RedisServer.start();
    const out = ["--out", at("queue-2"), "--queue", redis.url];
    const first = program("sweep", "run", slow, ...out);
    const worker = program("sweep", "work", slow, ...out);
    await until(() => Object.keys(textsOf(at("queue-2"))).length >= 1, "a result");
    first.kill("SIGKILL");
    expect(await run(["sweep", "run", slow, ...out])).toMatchObject({ code: 0 });
    const stopped = ended(worker);
    worker.kill("SIGINT");
    await stopped;
    expect(Object.keys(textsOf(at("queue-2")))).toHaveLength(6);
  });
});
