import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useHub } from "../../test/hub-user.ts";
import { LoopbackHub } from "../../test/loopback-hub.ts";
import { resolveHubFolder } from "./resolve-hub-folder.ts";

const files = {
  "README.md": "# read me",
  "layer_1/cfg.json": "{}",
  "layer_1/sae.safetensors": Buffer.alloc(1000, "one "),
  "layer_2/deep er/sae.safetensors": Buffer.alloc(1000, "two "),
  "layer_10/cfg.json": "{}",
  "single/3.pt": "zip",
};
const options = { wants: (file: string) => !file.endsWith(".md"), mostBytes: 2 ** 20, retryDelay: 1 };

describe("resolveHubFolder", () => {
  it("gives files and folders back", async () => {
    expect(await resolveHubFolder(import.meta.dirname, options)).toBe(import.meta.dirname);
    expect(await resolveHubFolder(import.meta.filename, options)).toBe(import.meta.filename);
  });

  it("fetches what is wanted below a path, at every depth, once", async () => {
    await using hub = await LoopbackHub.serve("owner/name", files);
    const cache = useHub(hub);
    const folder = await resolveHubFolder("owner/name/layer_1", options);
    expect(folder).toBe(join(cache, "models--owner--name", "snapshots", hub.commit, "layer_1"));
    expect(readFileSync(join(folder, "sae.safetensors"))).toEqual(files["layer_1/sae.safetensors"]);
    expect(existsSync(join(folder, "..", "layer_10"))).toBe(false);
    expect(hub.contents()).toHaveLength(2);
    expect(await resolveHubFolder("owner/name/layer_1/", options)).toBe(folder);
    expect(hub.contents()).toHaveLength(2);
    const whole = await resolveHubFolder("owner/name", options);
    expect(readdirSync(whole).sort()).toEqual(["layer_1", "layer_10", "layer_2", "single"]);
    expect(readFileSync(join(whole, "layer_2", "deep er", "sae.safetensors"))).toEqual(
      files["layer_2/deep er/sae.safetensors"],
    );
    const before = hub.seen.length;
    expect(await resolveHubFolder("owner/name/layer_2", { ...options, offline: true })).toBe(join(whole, "layer_2"));
    expect(hub.seen.length).toBe(before);
  });

  it("fetches a single file", async () => {
    await using hub = await LoopbackHub.serve("owner/name", files);
    useHub(hub);
    expect(readFileSync(await resolveHubFolder("owner/name/single/3.pt", options), "utf8")).toBe("zip");
    expect(hub.contents()).toEqual(["3.pt"]);
  });

  it("refuses what is too much, not wanted, not there or outside", async () => {
    await using hub = await LoopbackHub.serve("owner/name", { ...files, "bad/../../../x.json": "{}" });
    useHub(hub);
    const refused = (name: string, more = {}) => expect(resolveHubFolder(name, { ...options, ...more })).rejects;
    await refused("owner/name/layer_1", { mostBytes: 900 }).toThrow(
      /2 files have [\d.]+ \w*B, more than the 900 B that .* Give the path of a folder/,
    );
    await refused("owner/name/layer_1", { wants: () => false }).toThrow("none of its 2 files on the hub is of a kind");
    await refused("owner/name/bad").toThrow(/lists "bad\/\.\.\/\.\.\/\.\.\/x\.json"/);
    await refused("owner/name/../../x").toThrow("is no path in a repository");
    await refused("owner/other").toMatchObject({ code: "not-found" });
    await refused("not a name").toMatchObject({ code: "not-found" });
    for (const place of ["/no/such/folder", "./no/such", "../no", "~/saes", "alone"])
      await refused(place).toThrow(`${place}: does not exist as a folder. Check the path`);
    const before = hub.seen.length;
    await refused("packages/models/no/such").toThrow("there is packages/models here, but nothing of this name in it");
    expect(hub.seen.length).toBe(before);
    await refused("owner/name/layer_7", { offline: true }).toThrow("was not fetched before");
  });
});
