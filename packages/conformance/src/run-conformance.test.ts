import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { findCases } from "./find-cases.ts";
import { runConformance } from "./run-conformance.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "conformance-"));
afterAll(() => rmSync(temporary, { recursive: true }));

/** A folder with several features is one. */
const folders = new Map(findCases([FIXTURES]).map(({ path, name }) => [path, name]));

describe.each([...folders])("%s", (path) => {
  it("agrees with the reference", { timeout: 300_000 }, async () => {
    const { passed, failures } = await runConformance([path]);
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(2);
  });
});

describe("a wrong number", () => {
  it("is named, with its place and size", { timeout: 120_000 }, async () => {
    const folder = join(temporary, "hf", "gpt2");
    cpSync(join(FIXTURES, "hf", "gpt2"), folder, { recursive: true });
    const file = join(folder, "expected.safetensors");
    const bytes = readFileSync(file);
    // The last tensor in the file is the logits; its last number is that of the last prompt, position and token.
    bytes.writeFloatLE(bytes.readFloatLE(bytes.length - 4) + 1, bytes.length - 4);
    writeFileSync(file, bytes);
    const { failures, failed } = await runConformance([folder]);
    expect(failed).toBe(1);
    expect(failures[0]).toMatchObject({ folder: "hf/gpt2", name: "logits" });
    expect(failures[0]?.detail).toMatch(/at \[2, 8, 96\].*max abs difference 1\.00e\+0/);
  });

  it("of an autoencoder, a hook and a file that is not refused are named", { timeout: 120_000 }, async () => {
    const folder = join(temporary, "autoencoders");
    cpSync(join(FIXTURES, "autoencoders", "saelens-topk-layer-norm"), join(folder, "one"), { recursive: true });
    const file = join(folder, "one", "expected.safetensors");
    const bytes = readFileSync(file);
    // The last tensor is the reconstruction.
    bytes.writeFloatLE(bytes.readFloatLE(bytes.length - 4) + 1e-3, bytes.length - 4);
    writeFileSync(file, bytes);
    const meta = join(folder, "one", "meta.json");
    writeFileSync(meta, readFileSync(meta, "utf8").replaceAll("resid_post", "resid_mid"));
    mkdirSync(join(folder, "refuse"));
    const good = join("dictionary-learning-gated", "files", "resid_post_layer_1", "trainer_0", "ae.pt");
    cpSync(join(FIXTURES, "autoencoders", good), join(folder, "refuse", "good.pt"));
    writeFileSync(join(folder, "refuse", "reasons.json"), "{}");
    const { failures } = await runConformance([folder]);
    expect(failures.map(({ name }) => name).sort()).toEqual([
      "good.pt is refused",
      "hook_in",
      "hook_out",
      "reconstruction",
    ]);
  });

  it("in the list of edges is named too", { timeout: 120_000 }, async () => {
    const folder = join(temporary, "autocircuit", "tracr-xproportion");
    cpSync(join(FIXTURES, "autocircuit", "tracr-xproportion"), folder, { recursive: true });
    const file = join(folder, "expected.json");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("MLP 0->A1.0.V", "MLP 0->A1.0.K"));
    const { failures } = await runConformance([folder]);
    expect(failures.map((failure) => failure.detail).join("\n")).toContain("missing: MLP 0->A1.0.K");
  });
});

describe("runConformance", () => {
  it("fails when there is nothing to check", async () => {
    await expect(runConformance([`${temporary}/nothing-here`])).rejects.toThrow(/No such folder/);
    const empty = mkdtempSync(join(temporary, "empty-"));
    await expect(runConformance([empty])).rejects.toThrow(/Nothing to check/);
  });

  it("stops when asked", async () => {
    await expect(runConformance([FIXTURES], { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
