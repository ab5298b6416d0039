import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { useHub } from "../../test/hub-user.ts";
import { LoopbackHub } from "../../test/loopback-hub.ts";
import type { DownloadProgress } from "./hub-options.ts";
import { resolveModelFolder } from "./resolve-model-folder.ts";

const weights = Buffer.alloc(100_000, "weights ");
const small = {
  "config.json": '{"model_type":"gpt2"}',
  "tokenizer.json": "{}",
  "vocab.json": "{}",
  "README.md": "# read me",
  "pytorch_model.bin": "pickled",
  "model.safetensors": weights,
};
const quick = { retryDelay: 1, stallTimeout: 10_000 };

describe("resolveModelFolder", () => {
  it("gives folders back", async () => {
    expect(await resolveModelFolder(import.meta.dirname)).toBe(import.meta.dirname);
  });

  it("says of another file than a GGUF file that its folder is wanted", async () => {
    await expect(resolveModelFolder(import.meta.filename)).rejects.toMatchObject({
      ...{
        code: "not-found",
        message: expect.stringContaining(`Give the folder that it lies in: ${import.meta.dirname}.`),
      },
    });
    // Of one beside, "." would be no name that a sentence can end with.
    await expect(resolveModelFolder("package.json")).rejects.toThrow(`it lies in: ${process.cwd()}.`);
  });

  it("fetches what loading needs, once, into the layout of the Hugging Face cache", async () => {
    await using hub = await LoopbackHub.serve("owner/name", small);
    const cache = useHub(hub);
    const folder = await resolveModelFolder("owner/name");
    expect(folder).toBe(join(cache, "models--owner--name", "snapshots", hub.commit));
    expect(readdirSync(folder).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
    expect(readFileSync(join(folder, "model.safetensors"))).toEqual(weights);
    expect(lstatSync(join(folder, "model.safetensors")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cache, "models--owner--name", "refs", "main"), "utf8")).toBe(hub.commit);
    expect(hub.contents()).toHaveLength(3);
    expect(await resolveModelFolder("owner/name")).toBe(folder);
    expect(await resolveModelFolder("owner/name", { revision: hub.commit })).toBe(folder);
    expect(hub.contents()).toHaveLength(3);
  });

  it("fetches the shards that an index names", async () => {
    const index = { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };
    await using hub = await LoopbackHub.serve("owner/name", {
      "config.json": "{}",
      "model.safetensors.index.json": JSON.stringify(index),
      "model-1.safetensors": "one",
      "model-2.safetensors": "two",
      "model-3.safetensors": "three",
    });
    useHub(hub);
    const folder = await resolveModelFolder("owner/name");
    expect(readdirSync(folder).sort()).toEqual([
      "config.json",
      "model-1.safetensors",
      "model-2.safetensors",
      "model.safetensors.index.json",
    ]);
    hub.files.delete("model-2.safetensors");
    hub.commit = hub.commit.replace("0", "f");
    await expect(resolveModelFolder("owner/name")).rejects.toThrow(
      "names model-2.safetensors, which the hub does not have",
    );
  });

  it("fetches the configuration alone when asked", async () => {
    await using hub = await LoopbackHub.serve("owner/name", small);
    useHub(hub);
    const folder = await resolveModelFolder("owner/name", { files: "config" });
    expect(readdirSync(folder)).toEqual(["config.json"]);
    await expect(resolveModelFolder("owner/name", { offline: true })).rejects.toThrow("was not fetched before");
    expect(await resolveModelFolder("owner/name", { files: "config", offline: true })).toBe(folder);
  });

  it("says how many bytes of all are there", async () => {
    await using hub = await LoopbackHub.serve("owner/name", small);
    useHub(hub);
    hub.plan = ["good", "good", "truncate"];
    const seen: DownloadProgress[] = [];
    await resolveModelFolder("owner/name", { ...quick, onProgress: (progress) => seen.push(progress) });
    const total = weights.length + small["config.json"].length + small["tokenizer.json"].length;
    expect(seen.every((progress) => progress.stage === "downloading" && progress.total === total)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ name: "model.safetensors", done: total });
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
    const after: DownloadProgress[] = [];
    await resolveModelFolder("owner/name", { onProgress: (progress) => after.push(progress) });
    expect(after).toEqual([]);
  });

  it("uses what was fetched before when it may not, or cannot, ask", async () => {
    const hub = await LoopbackHub.serve("owner/name", small);
    useHub(hub);
    await expect(resolveModelFolder("owner/name", { offline: true })).rejects.toThrow(/"main" was not fetched before/);
    const folder = await resolveModelFolder("owner/name");
    const asked = hub.seen.length;
    expect(await resolveModelFolder("owner/name", { offline: true })).toBe(folder);
    expect(hub.seen).toHaveLength(asked);
    await hub[Symbol.asyncDispose]();
    expect(await resolveModelFolder("owner/name", quick)).toBe(folder);
    await expect(resolveModelFolder("owner/name", { ...quick, revision: "v2" })).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(
        /could not be fetched: the connection to .* failed \(ECONNREFUSED\).*local copy, or set HF_ENDPOINT/,
      ),
    });
  });

  it("finds models that were cached under their bare name", async () => {
    await using hub = await LoopbackHub.serve("openai-community/gpt2", small);
    const cache = useHub(hub);
    const folder = await resolveModelFolder("gpt2");
    expect(folder).toContain(join(cache, "models--gpt2"));
    expect(await resolveModelFolder("openai-community/gpt2")).toBe(folder);
  });

  it("takes what a Python library has put into its cache", async () => {
    await using hub = await LoopbackHub.serve("owner/name", small);
    const cache = useHub(hub);
    vi.stubEnv("AUTOCIRCUIT_MODELS", "");
    vi.stubEnv("HF_HUB_CACHE", cache);
    const folder = join(cache, "models--owner--name", "snapshots", hub.commit);
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of hub.files) writeFileSync(join(folder, name), content);
    expect(await resolveModelFolder("owner/name")).toBe(folder);
    expect(hub.contents()).toEqual([]);
  });

  it("fetches a file anew whose size in the cache is wrong", async () => {
    await using hub = await LoopbackHub.serve("owner/name", small);
    const cache = useHub(hub);
    const folder = await resolveModelFolder("owner/name");
    writeFileSync(join(folder, "model.safetensors"), "short");
    await resolveModelFolder("owner/name");
    expect(readFileSync(join(folder, "model.safetensors"))).toEqual(weights);
    expect(readdirSync(join(cache, "models--owner--name", "blobs"))).toHaveLength(3);
  });

  it.each<[string, string, object, RegExp]>([
    [
      "a path",
      "./missing/model",
      {},
      /"\.\/missing\/model" does not exist as a folder, nor can it be a model on the hub/,
    ],
    ["an unknown bare name", "gpt9", {}, /known without an owner: gpt2, /],
    ["a data set", "datasets/owner/name", {}, /nor can it be a model/],
    [
      "a revision that leads out",
      "owner/name",
      { revision: "../../x" },
      /`revision` is "..\/..\/x", which is no branch/,
    ],
    [
      "a revision that is not there",
      "owner/name",
      { revision: "v9" },
      /answered 404 \(Invalid rev id\).*a revision "v9"\?/,
    ],
    [
      "a model that is not there",
      "owner/other",
      {},
      /owner\/other \(no folder here.*answered 404 \(Repository not found\)/,
    ],
  ])("refuses %s", async (_title, name, options, reason) => {
    await using hub = await LoopbackHub.serve("owner/name", small);
    useHub(hub);
    await expect(resolveModelFolder(name, { ...quick, ...options })).rejects.toThrow(reason);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["no configuration", { "model.safetensors": "x" }, /has no config\.json on the hub/],
    [
      "pickled weights only",
      { "config.json": "{}", "model.bin": "x" },
      /\(it has model\.bin\).*revision with safetensors/,
    ],
    [
      "an index that leads out",
      { "config.json": "{}", "model.safetensors.index.json": '{"weight_map":{"a":"../x.safetensors"}}' },
      /is not the name of a \.safetensors file in this folder/,
    ],
  ])("refuses a model with %s", async (_title, files, reason) => {
    await using hub = await LoopbackHub.serve("owner/name", files);
    useHub(hub);
    await expect(resolveModelFolder("owner/name", quick)).rejects.toThrow(reason);
  });

  it("refuses a commit that is no commit", async () => {
    await using hub = await LoopbackHub.serve("owner/name", small);
    const cache = useHub(hub);
    hub.commit = "../../../escaped";
    await expect(resolveModelFolder("owner/name", quick)).rejects.toThrow('gave "../../../escaped" as the commit');
    expect(readdirSync(cache)).toEqual([]);
  });

  it("says so when the cache cannot be written or the address is none", async () => {
    await using hub = await LoopbackHub.serve("owner/name", small);
    const cache = useHub(hub);
    mkdirSync(join(cache, "models--owner--name"));
    writeFileSync(join(cache, "models--owner--name", "blobs"), "a file where a folder should be");
    await expect(resolveModelFolder("owner/name", quick)).rejects.toThrow(
      /owner\/name: cannot be stored: E.*Set AUTOCIRCUIT_MODELS/,
    );
    expect(existsSync(join(cache, "models--owner--name", "snapshots"))).toBe(false);
    useHub({ url: "no address" });
    await expect(resolveModelFolder("owner/name", quick)).rejects.toThrow(
      'HF_ENDPOINT is "no address", which is no address',
    );
  });
});
