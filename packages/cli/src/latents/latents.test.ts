import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyCrossLayer } from "../../../autoencoders/test/tiny-cross-layer.ts";
import { autoencoderFolder } from "../../../circuits/test/autoencoder-folder.ts";
import { run } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "latents-"));
const at = (name: string) => join(folder, name);
let model: string;
let made: Awaited<ReturnType<typeof autoencoderFolder>>;
beforeAll(async () => {
  model = await wordModel(at("words"));
  made = await autoencoderFolder({ layers: 3, width: 8 });
});
afterAll(() => {
  made[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

describe("autocircuit latents", () => {
  it("names the strongest at each token, in a table and as JSON", async () => {
    writeFileSync(
      at("labels.json"),
      JSON.stringify(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`MLP 1 Latent ${i}`, `meaning ${i}`]))),
    );
    const { code, out, err } = await run([
      ...["latents", "--model", model, "--autoencoders", made.folder, "--prompt", "When Mary went to the store"],
      ...["--top", "2", "--blocks", "0,1", "--labels", at("labels.json"), "--json", at("latents.json")],
    ]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("30 latents are sources (10, 10, 10 by block)");
    expect(out).toContain('" Mary"');
    expect(out).toMatch(/\d: [\d.]+ \(meaning \d\)/);
    const { latents } = JSON.parse(readFileSync(at("latents.json"), "utf8"));
    expect(latents).toHaveLength(2 * 6);
    for (const { block, active, top } of latents) {
      expect(top.length).toBe(Math.min(2, active));
      for (const { latent, name, activation } of top) {
        expect(name).toBe(`MLP ${block} Latent ${latent}`);
        expect(activation).toBeGreaterThan(0);
      }
      if (top.length > 1) expect(top[0].activation).toBeGreaterThanOrEqual(top[1].activation);
    }
    expect(latents.some(({ active }: { active: number }) => active > 2)).toBe(true);
  });

  it("names those of attention beside those of MLPs", async () => {
    using both = await autoencoderFolder({ layers: 3, width: 8 });
    await autoencoderFolder({ layers: 3, width: 8, hook: "attn.hook_z", folder: join(both.folder, "z") });
    const { code, out, err } = await run([
      ...["latents", "--model", model, "--autoencoders", both.folder, "--tokens", "1,2,3", "--blocks", "1"],
      ...["--json", at("both.json")],
    ]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("MLP outputs and sparse autoencoders of head outputs (z): 60 latents are sources");
    const { latents } = JSON.parse(readFileSync(at("both.json"), "utf8"));
    expect(latents.map(({ of }: { of: string }) => of)).toEqual([1, 2, 3].flatMap(() => ["Attention 1", "MLP 1"]));
    expect(latents[0].top[0].name).toMatch(/^Attention 1 Latent \d$/);
  });

  it("names those of a cross-layer transcoder", async () => {
    const across = await tinyCrossLayer({ format: "circuit-tracer", layers: 3, width: 8 });
    const common = ["latents", "--model", model, "--autoencoders", across, "--tokens", "1,2,3"];
    const { code, out, err } = await run([...common, "--blocks", "1", "--json", at("across.json")]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(
      "cross-layer transcoders of the stream before the MLP: 18 latents are sources (6, 6, 6 by block)",
    );
    const { latents } = JSON.parse(readFileSync(at("across.json"), "utf8"));
    expect(latents).toHaveLength(3);
    expect(latents[0].top[0].name).toMatch(/^MLP 1 Latent \d$/);
    // Behind a norm with weights nothing is as it is where these are folded into what reads it.
    const behindNorm = await tinyCrossLayer({ format: "gemma-scope-2", layers: 3, width: 8 });
    const refused = await run([...common.with(4, behindNorm)]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("--processing none")]);
    const { code: loaded } = await run([...common.with(4, behindNorm), "--processing", "none"]);
    expect(loaded).toBe(0);
  });

  it("says what is wrong", async () => {
    const common = ["latents", "--model", model, "--autoencoders", made.folder];
    const wrong: [string[], RegExp][] = [
      [[], /either --prompt TEXT or --tokens/],
      [["--tokens", "1,2", "--blocks", "3"], /--blocks 3: the model's blocks are 0 to 2/],
      [["--tokens", "1,99999"], /token id 99999/],
    ];
    for (const [args, says] of wrong) {
      const { code, err } = await run([...common, ...args]);
      expect(code).toBe(2);
      expect(err).toMatch(says);
    }
  });
});

describe("discover with --autoencoders", () => {
  it("finds a circuit of latents and reports it", async () => {
    const pair = (a: string, b: string) => ({
      clean: `When ${a} and ${b} went to the store, ${b} gave a ring to`,
      corrupt: `When ${a} and ${b} went to the store, ${a} gave a ring to`,
      answers: [` ${a}`],
      wrong_answers: [` ${b}`],
    });
    const names = ["Mary", "John", "Tom", "Anna"];
    const prompts = names.flatMap((a) => names.filter((b) => b !== a).map((b) => pair(a, b)));
    writeFileSync(at("names.json"), JSON.stringify({ prompts }));
    const { code, out, err } = await run([
      ...["discover", "--model", model, "--prompts", at("names.json"), "--autoencoders", made.folder],
      ...["--algorithm", "edge-attribution", "--size", "40", "--out", at("out"), "--json", at("result.json")],
    ]);
    expect([code, err.replace(/^[\w -]+: \d+ of \d+\n/gm, "")]).toEqual([0, ""]);
    expect(out).toContain("30 latents are sources");
    const { circuit } = JSON.parse(readFileSync(at("result.json"), "utf8"));
    expect(circuit).toHaveLength(40);
    expect(circuit.some(({ edge }: { edge: string }) => /^MLP \d Latent \d->/.test(edge))).toBe(true);
    expect(readFileSync(join(at("out"), "circuit.svg"), "utf8")).toContain("MLP 0");
    const across = await tinyCrossLayer({ format: "circuit-tracer", layers: 3, width: 8 });
    const crossLayer = await run([
      ...["discover", "--model", model, "--prompts", at("names.json"), "--autoencoders", across, "--prune-latents"],
      ...["--algorithm", "edge-attribution", "--size", "40", "--out", at("across"), "--json", at("across.json")],
    ]);
    expect(crossLayer.code).toBe(0);
    expect(crossLayer.out).toContain("cross-layer transcoders");
    const found = JSON.parse(readFileSync(at("across.json"), "utf8")).circuit as { edge: string }[];
    expect(found.some(({ edge }) => /^MLP 0 Latent \d->(A2|MLP 2|Resid End)/.test(edge))).toBe(true);
    const refused = await run([
      "discover",
      "--model",
      model,
      "--prompts",
      at("names.json"),
      "--prune-latents",
      "--size",
      "3",
    ]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("about --autoencoders")]);
  });
});
