import { createServer } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { freePort, hasRedis, RedisServer } from "../../test/redis-server.ts";
import {
  failingOptions,
  filesOf,
  inHand,
  resultsFolder,
  smallPlan,
  textsOf,
  unitsOf,
  until,
} from "../../test/small-sweep.ts";
import type { SweepPlan } from "../plan/plan.ts";
import type { SweepUnit } from "../plan/unit.ts";
import { redisAddress } from "../redis/redis-address.ts";
import { connect } from "../redis/redis-connection.ts";
import { resultText } from "../results/result-file.ts";
import { StateReader } from "../results/sweep-state.ts";
import { runLocally, type SweepStep } from "../run/run-locally.ts";
import { doUnit } from "../unit/do-unit.ts";
import type { UnitResult } from "../unit/run-unit.ts";
import { Subjects } from "../unit/subjects.ts";
import { queueName } from "./queue-name.ts";
import { runQueue } from "./run-queue.ts";
import { jobId, SweepQueue } from "./sweep-queue.ts";
import { workQueue } from "./work-queue.ts";

// Processes of a busy machine take long to start.
vi.setConfig({ testTimeout: 300_000 });

const name = "autocircuit-sweep-test";
const slowPlan: SweepPlan = {
  ...smallPlan,
  tasks: ["tracr-hist"],
  algorithms: [{ algorithm: "mask-gradient", grid: { steps: [80, 81, 82, 83, 84, 85] } }],
  seeds: [0],
};

/** A worker that serves until it is told to stop. */
function serving(plan: SweepPlan, out: { results: Parameters<typeof workQueue>[1] }, url: string, authority?: string) {
  const controller = new AbortController();
  const queue = { url, name, authority };
  const steps: SweepStep[] = [];
  const done = workQueue(() => unitsOf(plan), out.results, {
    ...{ queue, signal: controller.signal, stalledAfter: 1500 },
    onStep: (step) => steps.push(step),
  });
  done.catch(() => undefined);
  return {
    steps,
    done,
    stop: async () => {
      controller.abort();
      await done;
    },
  };
}

/** A unit's result and times, and the text of a file with the right checksum of any result. */
async function forgeable(unit: SweepUnit) {
  using out = await resultsFolder();
  await using subjects = new Subjects();
  await doUnit(unit, { results: out.results, subjects, runner: "alone" });
  const text = (hash: string, result: unknown) => resultText(hash, result as UnitResult);
  return { text, result: (await out.results.result(unit.hash))!, times: await out.results.times(unit.hash) };
}

describe.skipIf(!hasRedis)("a queue on Redis (skipped where there is no redis-server)", () => {
  it("gives the results of this machine's workers, bit by bit; started again it does nothing", async () => {
    await using redis = await RedisServer.start();
    const units = await unitsOf();
    using local = await resultsFolder();
    await runLocally(units, local.results);
    using out = await resultsFolder();
    const queue = { url: redis.url, name };
    const steps: SweepStep[] = [];
    // However far apart priorities are.
    const apart = units.map((unit) => ({ ...unit, priority: 3_000_000 * unit.index }));
    const run = runQueue(apart, out.results, { queue, onStep: (step) => steps.push(step) });
    await workQueue(() => unitsOf(), out.results, { queue, workers: 2, untilEmpty: true });
    await run;
    expect(steps.map(({ outcome }) => outcome)).toEqual(units.map(() => "done"));
    expect(textsOf(out.folder)).toEqual(textsOf(local.folder));
    expect((await out.results.times(units[0]!.hash))!.machine.runner).toBe("queue");
    const kept: SweepStep[] = [];
    await runQueue(units, out.results, { queue, onStep: (step) => kept.push(step) });
    expect(new Set(kept.map(({ outcome }) => outcome))).toEqual(new Set(["kept"]));
  });

  it("brings results back through Redis where no folder is shared, and by TLS", async () => {
    await using redis = await RedisServer.startWithTls(["--requirepass", "open-sesame"]);
    const units = await unitsOf();
    using here = await resultsFolder();
    using there = await resultsFolder();
    const url = `rediss://:open-sesame@127.0.0.1:${redis.port}`;
    const worker = serving(smallPlan, there, url, redis.authority);
    await runQueue(units, here.results, { queue: { url, name, authority: redis.authority }, collect: true });
    await worker.stop();
    expect(textsOf(here.folder)).toEqual(textsOf(there.folder));
    expect(Object.keys(textsOf(here.folder))).toHaveLength(units.length);
    expect((await here.results.times(units[0]!.hash))!.machine.runner).toBe("queue");
    await expect(runQueue(units, here.results, { queue: { url, name } })).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(/certificate/),
    });
  });

  it("with a password refuses those without, and never says it", async () => {
    await using redis = await RedisServer.start(["--requirepass", "open-sesame"]);
    const units = await unitsOf();
    using out = await resultsFolder();
    for (const url of [redis.url, redis.url.replace("//", "//:wrong-words@")]) {
      const error = await runQueue(units, out.results, { queue: { url, name } }).catch((error: unknown) => error);
      expect(error).toMatchObject({ code: "bad-input", message: expect.stringMatching(/refuses the password/) });
      expect((error as Error).message).not.toMatch(/wrong-words/);
    }
    const url = redis.url.replace("//", "//:open-sesame@");
    const worker = serving(smallPlan, out, url);
    await runQueue(units, out.results, { queue: { url, name } });
    await worker.stop();
    expect(Object.keys(textsOf(out.folder))).toHaveLength(units.length);
  });

  it("recovers the unit of a worker's process that is killed, and of Redis that is killed", async () => {
    await using redis = await RedisServer.start();
    const units = await unitsOf(slowPlan);
    using out = await resultsFolder();
    const worker = serving(slowPlan, out, redis.url);
    const steps: SweepStep[] = [];
    const run = runQueue(units, out.results, { queue: { url: redis.url, name }, onStep: (step) => steps.push(step) });
    await until(() => worker.steps.length >= 1, "a unit");
    process.kill((await until(() => inHand(out.folder), "a unit in hand")).pid, "SIGKILL");
    await until(() => worker.steps.length >= 3, "more units");
    const before = filesOf(out.folder);
    await redis.kill();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await redis.start();
    await run;
    await worker.stop();
    expect(filesOf(out.folder)).toMatchObject(before);
    expect(steps.map(({ unit }) => unit.hash).sort()).toEqual(units.map(({ hash }) => hash).sort());
    expect(await new StateReader(out.results, units).look()).toMatchObject({
      done: units.length,
      failed: 0,
      missing: 0,
    });
  });

  it("whose Redis forgets everything is filled again", async () => {
    await using redis = await RedisServer.start();
    const units = await unitsOf(slowPlan);
    using out = await resultsFolder();
    const run = runQueue(units, out.results, { queue: { url: redis.url, name } });
    await using queue = await SweepQueue.open(redisAddress(redis.url), name);
    for (let waiting = 0; waiting < units.length; ) waiting = await queue.queue.getWaitingCount();
    await queue.redis.flushall();
    const worker = serving(slowPlan, out, redis.url);
    await run;
    await worker.stop();
    expect(Object.keys(textsOf(out.folder))).toHaveLength(units.length);
  });

  it("keeps why units fail, and tries them anew when it is started again", async () => {
    await using redis = await RedisServer.start();
    const plan: SweepPlan = { ...smallPlan, algorithms: [{ algorithm: "mask-gradient", options: failingOptions }] };
    const units = await unitsOf(plan);
    using out = await resultsFolder();
    using there = await resultsFolder();
    const worker = serving(plan, there, redis.url);
    const queue = { url: redis.url, name };
    for (const attempts of [1, 2]) {
      await runQueue(units, out.results, { queue, collect: true });
      const { failed, failures } = await new StateReader(there.results, units).look();
      expect([failed, failures[0]!.error.attempts]).toEqual([units.length, attempts]);
      expect((await out.results.error(units[0]!.hash))!.message).toMatch(/ablateFrom/);
    }
    await worker.stop();
  });

  it("two coordinators at once put a unit in once", async () => {
    await using redis = await RedisServer.start();
    const units = await unitsOf();
    using out = await resultsFolder();
    const queue = { url: redis.url, name };
    const runs = [runQueue(units, out.results, { queue }), runQueue(units, out.results, { queue })];
    const worker = serving(smallPlan, out, redis.url);
    await Promise.all(runs);
    await worker.stop();
    expect(worker.steps.filter(({ outcome }) => outcome === "done")).toHaveLength(units.length);
  });

  it("nothing that is put into it by others is done, read or written", async () => {
    await using redis = await RedisServer.start();
    const units = await unitsOf();
    using out = await resultsFolder();
    using there = await resultsFolder();
    const worker = serving(smallPlan, there, redis.url);
    await using queue = await SweepQueue.open(redisAddress(redis.url), name);
    const hostile: unknown[] = [
      { unit: "../../../tmp/evil", collect: true },
      { unit: "f".repeat(64), collect: true },
      { unit: { $gt: "" } },
      { unit: ["a"], collect: "yes" },
      {},
      { unit: "x".repeat(5_000_000), collect: true },
      "process.exit(1)",
      null,
    ];
    for (const [i, data] of hostile.entries()) await queue.queue.add("unit", data as never, { jobId: `evil-${i}` });
    for (let failed = 0; failed < hostile.length; ) failed = await queue.queue.getFailedCount();
    expect(worker.steps).toEqual([]);
    expect(filesOf(there.folder)).toEqual({});
    // What comes back is kept only where it is a whole result of that unit.
    const [first, second, third, fourth] = units as [SweepUnit, SweepUnit, SweepUnit, SweepUnit];
    const right = await forgeable(first);
    const forged = new Map<string, unknown>([
      [first.hash, { text: '{"format":"autocircuit-sweep-unit"}', times: right.times }],
      [second.hash, { text: right.text(second.hash, {}), times: right.times }],
      [third.hash, { text: right.text(third.hash, right.result), times: {} }],
      [fourth.hash, { text: right.text(fourth.hash, { ...right.result, scores: "AAAA" }), times: right.times }],
    ]);
    await worker.stop();
    const { Worker } = await import("bullmq");
    const connection = queue.redis.duplicate();
    const forger = new Worker(name, async (job) => forged.get(job.data.unit), { connection });
    for (const hash of forged.keys())
      await queue.queue.add("unit", { unit: hash, collect: true }, { jobId: jobId(hash) });
    for (let done = 0; done < forged.size; ) done = await queue.queue.getCompletedCount();
    await forger.close();
    connection.disconnect();
    const honest = serving(smallPlan, there, redis.url);
    await runQueue(units, out.results, { queue: { url: redis.url, name }, collect: true });
    await honest.stop();
    expect(textsOf(out.folder)).toEqual(textsOf(there.folder));
  });

  it("of one plan is not served by workers of another edition, who say so, and none fails the units of the other", async () => {
    await using redis = await RedisServer.start();
    const plans = ["random", "ground-truth"].map((algorithm) => ({
      ...smallPlan,
      tasks: ["tracr-hist"],
      algorithms: [algorithm],
    }));
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    onTestFinished(() => void vi.restoreAllMocks());
    const both = plans.map(async (plan) => {
      const units = await unitsOf(plan);
      const out = await resultsFolder();
      onTestFinished(() => out[Symbol.dispose]());
      return { plan, units, out, queue: { url: redis.url, name: queueName("sweep", units) } };
    });
    const [first, second] = (await Promise.all(both)) as [Awaited<(typeof both)[0]>, Awaited<(typeof both)[0]>];
    const controller = new AbortController();
    const { signal } = controller;
    const old = workQueue(() => unitsOf(first.plan), first.out.results, { queue: first.queue, signal });
    const run = runQueue(second.units, second.out.results, { queue: second.queue });
    const said = () => written.mock.calls.map(([text]) => String(text)).find((text) => /is being put into/.test(text));
    expect(await until(said, "the old worker's words", 60)).toContain(second.queue.name);
    await workQueue(() => unitsOf(second.plan), second.out.results, { queue: second.queue, untilEmpty: true });
    await run;
    expect(await new StateReader(second.out.results, second.units).look()).toMatchObject({ done: 2, failed: 0 });
    controller.abort();
    await old;
  });

  it("of whose name another program has made something is refused", async () => {
    await using redis = await RedisServer.start();
    using out = await resultsFolder();
    const client = await connect(redisAddress(redis.url));
    for (const [key, command] of [
      [`autocircuit-sweep-version:${name}`, ["LPUSH", "x"]],
      [`bull:${name}:meta`, ["SET", "x"]],
      [`bull:${name}:wait`, ["SADD", "x"]],
    ] as const) {
      await client.call(command[0], key, command[1]);
      await expect(runQueue(await unitsOf(), out.results, { queue: { url: redis.url, name } })).rejects.toMatchObject({
        code: "bad-input",
        message: expect.stringMatching(/^The key .* is something else's than a queue.*`queue: { name }`/),
      });
      await client.del(key);
    }
    client.disconnect();
  });

  it("of another version is refused", async () => {
    await using redis = await RedisServer.start();
    await using queue = await SweepQueue.open(redisAddress(redis.url), name);
    await queue.redis.set(`autocircuit-sweep-version:${name}`, "queue 0, autocircuit 0.0.1");
    using out = await resultsFolder();
    const options = { queue: { url: redis.url, name } };
    const refused = {
      code: "bad-input",
      message: expect.stringMatching(/is of queue 0, autocircuit 0\.0\.1; this is/),
    };
    await expect(runQueue(await unitsOf(), out.results, options)).rejects.toMatchObject(refused);
    await expect(workQueue(() => unitsOf(), out.results, options)).rejects.toMatchObject(refused);
  });
});

describe("a Redis that does not answer", () => {
  it("is told of, where nothing listens and where somebody is silent", async () => {
    using out = await resultsFolder();
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    for (const [place, why] of [
      [await freePort(), /ECONNREFUSED/],
      [port, /no answer within 4\.5 s/],
    ] as const) {
      const run = runQueue(await unitsOf(), out.results, { queue: { url: `redis://127.0.0.1:${place}`, name } });
      await expect(run).rejects.toMatchObject({ code: "not-found", message: expect.stringMatching(why) });
    }
    silent.close();
  });

  it.each(["localhost", "http://localhost", "redis://", "/tmp/redis.sock"])("%s is no address", async (url) => {
    using out = await resultsFolder();
    const run = runQueue(await unitsOf(), out.results, { queue: { url, name } });
    await expect(run).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(/redis:\/\/HOST:PORT/),
    });
  });
});
