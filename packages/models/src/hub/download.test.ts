import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useHub } from "../../test/hub-user.ts";
import { type Behavior, LoopbackHub } from "../../test/loopback-hub.ts";
import type { ResolveOptions } from "./hub-options.ts";
import { resolveModelFolder } from "./resolve-model-folder.ts";

const size = 300_000;
const weights = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7919) >> 5));
const sha256 = createHash("sha256").update(weights).digest("hex");
const name = "model.safetensors";
const quick: ResolveOptions = { retryDelay: 1, stallTimeout: 10_000 };
/** For servers that go silent. */
const impatient: ResolveOptions = { stallTimeout: 250 };

/** Serves a model, whose weights come in as planned, and fetches it. */
async function fetching(plan: Behavior[], options: ResolveOptions = {}) {
  const hub = await LoopbackHub.serve("owner/name", { "config.json": "{}", [name]: weights });
  const cache = useHub(hub);
  hub.plan = ["good", ...plan];
  const blobs = join(cache, "models--owner--name", "blobs");
  const run = (more: ResolveOptions = {}) => resolveModelFolder("owner/name", { ...quick, ...options, ...more });
  return { hub, blobs, run, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

/** Nothing under the final name, in blobs or snapshots. */
function expectUnfinished(blobs: string): void {
  expect(existsSync(join(blobs, sha256))).toBe(false);
  const snapshots = join(blobs, "..", "snapshots");
  for (const commit of existsSync(snapshots) ? readdirSync(snapshots) : []) {
    expect(readdirSync(join(snapshots, commit))).not.toContain(name);
  }
}

describe("a download", () => {
  it.each<[string, Behavior[], string[]]>([
    ["after errors of the server", ["500", "500"], ["start", "start", "start"]],
    ["where a broken connection stopped", ["truncate", "truncate"], ["start", "rest", "rest"]],
    ["where a server went silent", ["stall", "silent"], ["start", "rest", "rest"]],
    ["from the start when the hub ignores ranges", ["truncate", "no-range"], ["start", "rest"]],
    ["when other bytes come than were asked for", ["truncate", "wrong-range"], ["start", "rest", "rest"]],
    ["from the start after wrong bytes", ["lie"], ["start", "start"]],
    ["from the start after a wrong second half", ["truncate", "lie"], ["start", "rest", "start"]],
  ])("goes on %s", async (_title, plan, asked) => {
    await using model = await fetching(plan, plan.includes("silent") ? impatient : {});
    const folder = await model.run();
    expect(readFileSync(join(folder, name)).equals(weights)).toBe(true);
    const requests = model.hub.contents().slice(1);
    expect(requests.map((request) => (request === name ? "start" : "rest"))).toEqual(asked);
    expect(readdirSync(model.blobs).filter((file) => file.endsWith(".incomplete"))).toEqual([]);
  });

  it.each<[string, Behavior, RegExp, string, number]>([
    [
      "errors",
      "500",
      /model\.safetensors: could not be fetched: .* answered 500.*go on where it stopped/,
      "not-found",
      6,
    ],
    ["silence", "silent", /could not be fetched: .* sent nothing for 0\.25 s/, "not-found", 6],
    [
      "wrong bytes",
      "lie",
      /model\.safetensors: what .* sent has the checksum [0-9a-f]{64}, not [0-9a-f]{64}, 3 times/,
      "bad-file",
      3,
    ],
    ["gates", "403", /The model is gated: accept its licence at .*\/owner\/name, and set HF_TOKEN/, "not-found", 1],
  ])("gives up after nothing but %s", async (_title, behavior, reason, code, tries) => {
    await using model = await fetching(new Array(20).fill(behavior), behavior === "silent" ? impatient : {});
    await expect(model.run()).rejects.toMatchObject({ code, message: expect.stringMatching(reason) });
    expect(model.hub.contents()).toHaveLength(1 + tries);
    expectUnfinished(model.blobs);
  });

  it("does not go on forever with a server that ignores ranges and always breaks off", async () => {
    await using model = await fetching(new Array(20).fill("no-range-truncate"));
    await expect(model.run()).rejects.toThrow(/could not be fetched: the connection to .* failed/);
    expect(model.hub.contents()).toHaveLength(1 + 6);
  });

  it("stopped by its signal leaves a part, with which the next one goes on", async () => {
    await using model = await fetching(["stall"]);
    const controller = new AbortController();
    const stopped = model.run({
      signal: controller.signal,
      onProgress: ({ done }) => done > size / 2 && controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toMatchObject({
      code: "aborted",
      message: expect.stringMatching(
        /^owner\/name: 146\.5 KiB of 293\.0 KiB are kept, and the download goes on from there the next time \(.*\.incomplete\)\.$/,
      ),
      cause: { message: "enough" },
    });
    expectUnfinished(model.blobs);
    expect(statSync(join(model.blobs, `${sha256}.incomplete`)).size).toBe(size / 2);
    const folder = await model.run();
    expect(model.hub.contents().at(-1)).toBe(`${name} bytes=${size / 2}-`);
    expect(readFileSync(join(folder, name)).equals(weights)).toBe(true);
    await expect(model.run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  });

  it("gives the token to the hub, and to no other host", async () => {
    await using model = await fetching(["redirect"], { token: "mirror-token" });
    const folder = await model.run();
    expect(readFileSync(join(folder, name)).equals(weights)).toBe(true);
    const { contentHost, seen } = model.hub;
    const elsewhere = seen.filter(({ host }) => host === contentHost);
    expect(elsewhere).toHaveLength(1);
    expect(elsewhere[0]!.authorization).toBeUndefined();
    const here = seen.filter(({ host }) => host !== contentHost);
    expect(new Set(here.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer mirror-token"]));
  });

  it("of two at once gives both the file", async () => {
    await using model = await fetching([]);
    const [first, second] = await Promise.all([model.run(), model.run()]);
    expect(second).toBe(first);
    expect(readFileSync(join(first!, name)).equals(weights)).toBe(true);
  });

  it.skipIf(!existsSync("/dev/full"))("says that the disk is full (skipped where there is no /dev/full)", async () => {
    await using model = await fetching([]);
    mkdirSync(model.blobs, { recursive: true });
    symlinkSync("/dev/full", join(model.blobs, `${sha256}.incomplete`));
    await expect(model.run()).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringContaining(
        "owner/name: model.safetensors: the disk is full. Free some space, or set AUTOCIRCUIT_MODELS",
      ),
    });
  });
});

describe("a hub that refuses", () => {
  it.each([
    [401, /There is no such public model\. If the name is right, it is private or gated: accept its licence/],
    [404, /answered 404 \(said so\)\. Is the name right/],
    [410, /answered 410 \(said so\)\. Give the folder of a local copy/],
    [503, /could not be fetched: .* answered 503 \(said so\)/],
  ])("with %s", async (status, reason) => {
    await using model = await fetching([]);
    model.hub.refuse = { status, error: "said so" };
    await expect(model.run()).rejects.toMatchObject({ code: "not-found", message: expect.stringMatching(reason) });
  });
});
