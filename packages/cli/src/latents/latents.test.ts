import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "@autocircuit/models";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { tinyCrossLayer } from "../../../autoencoders/test/tiny-cross-layer.ts";
import { autoencoderFolder } from "../../../circuits/test/autoencoder-folder.ts";
import { huggingFace } from "../../../models/test/fixtures.ts";
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
    const refused = await run([...common.with(4, behindNorm), "--processing", "fold-ln"]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("--processing none")]);
    const loaded = await run(common.with(4, behindNorm));
    expect([loaded.code, loaded.out]).toEqual([0, expect.stringContaining("norms keep their weights")]);
  });

  it("processes the model's weights as those were that the autoencoders were made for", async () => {
    const gpt2 = huggingFace("gpt2");
    const { layers, dModel: width } = await readConfig(gpt2);
    const about = { model_from_pretrained_kwargs: { center_writing_weights: false } };
    using stored = await autoencoderFolder({ layers, width, about });
    using open = await autoencoderFolder({ layers, width });
    const activations = async (folder: string, ...processing: string[]) => {
      const args = ["latents", "--model", gpt2, "--autoencoders", folder, "--tokens", "1,2,3"];
      const { code, out, err } = await run([...args, ...processing, "--json", at("made-for.json")]);
      const { latents } = code === 0 ? JSON.parse(readFileSync(at("made-for.json"), "utf8")) : {};
      return { code, out, err, latents };
    };
    const chosen = await activations(stored.folder);
    expect([chosen.code, chosen.err]).toEqual([0, ""]);
    expect(chosen.out).toContain("writing weights are not centred: the autoencoders were made for a model like that");
    // The same numbers as with weights that nobody has touched, and others than in a model that was centred.
    const strongest = ({ latents }: typeof chosen) => latents[0].top.map(({ name }: { name: string }) => name);
    const untouched = await activations(stored.folder, "--processing", "none");
    expect(untouched.out).not.toContain("not centred");
    expect(strongest(chosen)).toEqual(strongest(untouched));
    const centred = await activations(stored.folder, "--processing", "fold-ln,center-writing-weights");
    expect([centred.code, centred.err]).toEqual([2, expect.stringContaining("centerWritingWeights: false")]);
    // What the files do not tell is said, and left to the loader.
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const unknown = await activations(open.folder);
    expect(said.mock.calls.join()).toContain("does not say how the weights of the model were processed");
    said.mockRestore();
    expect(unknown.latents[0].top).not.toEqual(chosen.latents[0].top);
  });

  it("says what is wrong", async () => {
    const common = ["latents", "--model", model, "--autoencoders", made.folder];
    writeFileSync(at("list.json"), JSON.stringify(["years"]));
    writeFileSync(at("beyond.json"), JSON.stringify({ "MLP 1 Latent 10": "years" }));
    const wrong: [string[], RegExp][] = [
      [["--tokens", "1,2", "--labels", at("list.json")], /list.json must be an object of texts/],
      [["--tokens", "1,2", "--labels", at("beyond.json")], /the autoencoder of MLP 1 has 10 latents/],
      [[], /either --prompt TEXT or --tokens/],
      [["--tokens", "1,2", "--blocks", "3"], /--blocks 3: the model's blocks are 0 to 2/],
      [["--tokens", "1,99999"], /token id 99999/],
      [["--tokens", "1,2", "--dtype", "bfloat16"], /no "bfloat16"\. Did you mean float32 or float64/],
    ];
    for (const [args, says] of wrong) {
      const refused = await run([...common, ...args]);
      expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(says)]);
      // Before a model is loaded.
      if (args.includes("--labels")) expect(refused.out).not.toContain("latents are sources");
    }
    const { out } = await run(["latents", "--help"]);
    expect(out).toMatch(/what to compute in: float32, float64 \(/);
  });

  it("says of which blocks there are autoencoders", async () => {
    using first = await autoencoderFolder({ layers: 2, width: 8 });
    const on = [
      "latents",
      "--model",
      model,
      "--autoencoders",
      first.folder,
      "--partial-autoencoders",
      "--tokens",
      "1,2",
    ];
    for (const blocks of ["2", "0,2"]) {
      const { code, out, err } = await run([...on, "--blocks", blocks]);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain("--blocks 2: there is no autoencoder of block 2, only of 0, 1.");
    }
    expect(await run([...on, "--blocks", "1"])).toMatchObject({ code: 0, err: "" });
  });

  it("says of files whose numbers are none that they are bad", async () => {
    using broken = await autoencoderFolder({ layers: 3, width: 8 });
    const file = join(broken.folder, "block-1", "sae_weights.safetensors");
    const bytes = readFileSync(file);
    for (const [number, says] of [
      [Number.NaN, /block-1\/sae_weights.safetensors: .* holds NaN or infinite numbers/],
      [3e38, /block-1\/sae_weights.safetensors: the decoder holds numbers as large as 3\.0e\+38/],
    ] as const) {
      const { data_offsets: place } = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE()))).W_dec;
      bytes.writeFloatLE(number, 8 + Number(bytes.readBigUInt64LE()) + place[0]);
      writeFileSync(file, bytes);
      const { code, err } = await run([
        "latents",
        "--model",
        model,
        "--autoencoders",
        broken.folder,
        "--tokens",
        "1,2",
      ]);
      expect([code, err]).toEqual([2, expect.stringMatching(says)]);
    }
  });
});

/** Prompt pairs of one's own in a file. */
function namePrompts(): string {
  const pair = (a: string, b: string) => ({
    clean: `When ${a} and ${b} went to the store, ${b} gave a ring to`,
    corrupt: `When ${a} and ${b} went to the store, ${a} gave a ring to`,
    answers: [` ${a}`],
    wrong_answers: [` ${b}`],
  });
  const names = ["Mary", "John", "Tom", "Anna"];
  const prompts = names.flatMap((a) => names.filter((b) => b !== a).map((b) => pair(a, b)));
  writeFileSync(at("names.json"), JSON.stringify({ prompts }));
  return at("names.json");
}

describe("discover with --labels", () => {
  const labelled = (labels: object, ...more: string[]) => labelledOf(made.folder, labels, ...more);
  const labelledOf = async (folder: string, labels: object, ...more: string[]) => {
    writeFileSync(at("labels.json"), JSON.stringify(labels));
    return await run([
      ...["discover", "--model", model, "--prompts", namePrompts(), "--autoencoders", folder],
      ...["--algorithm", "edge-attribution", "--size", "70", "--curve", "none", "--bootstrap", "0"],
      ...["--out", at("labelled"), "--labels", at("labels.json"), ...more],
    ]);
  };
  const ofBlocks = (of: string, latents: number) =>
    Object.fromEntries(
      [0, 1, 2].flatMap((block) =>
        Array.from({ length: latents }, (_, latent) => [`${of} ${block} Latent ${latent}`, `meaning ${latent}`]),
      ),
    );

  it("shows them beside the names in the report, the picture and the table", async () => {
    const { code, out } = await labelled(ofBlocks("MLP", 10));
    expect(code).toBe(0);
    expect(out).toMatch(/MLP \d Latent (\d)->\S.* meaning \1\n/);
    expect(out).not.toContain("pruning left out");
    const page = readFileSync(join(at("labelled"), "report.html"), "utf8");
    expect(page).toMatch(/<td class="latent-label">meaning \d<\/td>/);
    expect(readFileSync(join(at("labelled"), "circuit.svg"), "utf8")).toMatch(
      /<title>MLP (\d) Latent (\d): meaning \2<\/title>/,
    );
    expect(page).toContain("--labels");
  });

  it("counts those of latents that pruning left out, and says so in the report", async () => {
    using some = await autoencoderFolder({ layers: 3, width: 8, idle: 2 });
    const { code, out } = await labelledOf(some.folder, ofBlocks("MLP", 10), "--prune-latents");
    expect(code).toBe(0);
    expect(out).toContain(": 24 latents are sources (8, 8, 8 by block)");
    const note = "6 of 30 labels are of latents that pruning left out: MLP 0 Latent";
    expect(out.split(note)).toHaveLength(2);
    expect(readFileSync(join(at("labelled"), "report.html"), "utf8")).toContain(note);
    const beyond = await labelledOf(some.folder, { "MLP 2 Latent 10": "x" }, "--prune-latents");
    expect([beyond.code, beyond.err]).toEqual([2, expect.stringContaining("MLP 2 Latent 0 to MLP 2 Latent 9")]);
  });

  it("says what is wrong", async () => {
    const refused = async (message: RegExp, labels: object, ...more: string[]) => {
      const { code, out, err } = await labelled(labels, ...more);
      expect([code, err]).toEqual([2, expect.stringMatching(message)]);
      // Before a model is loaded.
      expect(out).not.toContain("latents are sources");
    };
    await refused(/"MLP 1", which is no latent.*autoencoders of MLP 0, MLP 1, MLP 2/, { "MLP 1": "x" });
    await refused(/"Attention 1 Latent 3", which is no latent/, { "Attention 1 Latent 3": "x" });
    await refused(/labels.json must be an object of texts/, { "MLP 1 Latent 3": 4 });
    const plain = ["discover", "--model", model, "--prompts", namePrompts(), "--labels", at("labels.json")];
    const none = await run(plain);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining("--labels are of latents")]);
    const spans = await run([...plain, "--spans", at("labels.json"), "--size", "3"]);
    expect([spans.code, spans.err]).toEqual([2, expect.stringContaining("--labels cannot work with --spans")]);
  });

  it("of attention and of the stream too", async () => {
    using all = await autoencoderFolder({ layers: 3, width: 8, hook: "hook_attn_out" });
    await autoencoderFolder({ layers: 3, width: 8, hook: "hook_resid_pre", folder: join(all.folder, "stream") });
    // That of block 0's beginning would read what Resid Start writes.
    rmSync(join(all.folder, "stream", "block-0"), { recursive: true });
    const labels = { ...ofBlocks("Attention", 10), "Resid Post 0 Latent 9": "last" };
    const { code, out } = await labelledOf(all.folder, labels, "--prune-latents");
    expect(code).toBe(0);
    expect(out).toMatch(/Attention \d Latent (\d)->\S.* meaning \1\n/);
    const wrong = { "Resid Post 2 Latent 1": "x" };
    const refused = await labelledOf(all.folder, wrong);
    expect(refused.err).toMatch(/"Resid Post 2 Latent 1", which is no latent/);
    const beyond = await labelledOf(all.folder, { "Resid Post 1 Latent 10": "x" }, "--prune-latents");
    expect(beyond.err).toContain("the autoencoder of Resid Post 1 has 10 latents");
  });
});

describe("discover with --autoencoders", () => {
  it("finds a circuit of latents and reports it", async () => {
    namePrompts();
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
