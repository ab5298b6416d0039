import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { availableMemory } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { autoencoderFolder } from "../../../circuits/test/autoencoder-folder.ts";
import { tinyGpt2 } from "../../../circuits/test/tiny-gpt2.ts";
import { run } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "autoencoders-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const read = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));

let subject: string[];
let commands: [string, string[]][];
beforeAll(async () => {
  const names = ["Mary", "John", "Tom", "Anna"];
  const pair = (a: string, b: string) => ({
    clean: `When ${a} and ${b} went to the store, ${b} gave a ring to`,
    corrupt: `When ${a} and ${b} went to the store, ${a} gave a ring to`,
    answers: [` ${a}`],
    wrong_answers: [` ${b}`],
  });
  const prompts = names.flatMap((a) => names.filter((b) => b !== a).map((b) => pair(a, b)));
  writeFileSync(at("names.json"), JSON.stringify({ prompts }));
  writeFileSync(at("edges.json"), JSON.stringify(["A0.1->MLP 1"]));
  await autoencoderFolder({ layers: 3, width: 8, folder: at("all") });
  await autoencoderFolder({ layers: 1, width: 8, folder: at("first") });
  await autoencoderFolder({ layers: 3, width: 8, folder: at("others"), seed: 6 });
  for (const [l0, block] of [3, 20].flatMap((l0) => [0, 1, 2].map((block) => [l0 + block, block] as const))) {
    mkdirSync(at(`some/layer_${block}/average_l0_${l0}`), { recursive: true });
    for (const file of ["cfg.json", "sae_weights.safetensors"])
      writeFileSync(at(`some/layer_${block}/average_l0_${l0}/${file}`), readFileSync(at(`all/block-${block}/${file}`)));
  }
  subject = ["--model", await wordModel(at("words")), "--prompts", at("names.json")];
  const found = ["--algorithm", "edge-attribution", "--size", "10", "--bootstrap", "0", "--curve", "none"];
  commands = [
    ["discover", ["discover", ...subject, ...found, "--out", at("out"), "--json", at("discover.json")]],
    [
      "measure",
      [
        ...["measure", ...subject, "--scores", at("out/scores.safetensors"), "--sizes", "10"],
        ...["--metrics", "kl-clean", "--json", at("measure.json")],
      ],
    ],
    [
      "test",
      ["test", at("discover.json"), ...subject, "--random", "2", "--tests", "sufficiency", "--json", at("test.json")],
    ],
    ["patch", ["patch", ...subject, "--edges", at("edges.json"), "--json", at("patch.json")]],
  ];
});

/** A file of tensors that takes no room on the disk. */
function holes(path: string, shapes: Readonly<Record<string, readonly number[]>>): void {
  let end = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const start = end;
    end += 4 * shape.reduce((size, side) => size * side, 1);
    return [name, { dtype: "F32", shape, data_offsets: [start, end] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(path, Buffer.concat([length, header]));
  truncateSync(path, length.length + header.length + end);
}

/** What a command wrote beside its progress. */
const said = (err: string) => err.replace(/^[\w -]+: \d+ of \d+\n/gm, "");

describe("the options of --autoencoders", () => {
  it("are the same in all commands, and pruning says how many are left and what that changed", async () => {
    const latent = ["--autoencoders", at("all"), "--no-autoencoder-errors", "--prune-latents"];
    for (const [name, args] of commands) {
      const { code, out, err } = await run([...args, ...latent, "--max-latents", "7", "--prune-with-corrupt"]);
      // The tests of a circuit may well refuse a random model's.
      expect([name, name === "test" ? code % 3 : code, said(err)]).toEqual([name, 0, ""]);
      expect(out).toContain("21 latents are sources (7, 7, 7 by block)");
      const { kept, activated, kl, prompts } = read(`${name}.json`).pruning;
      expect([kept, prompts]).toEqual([[7, 7, 7], name === "patch" ? 12 : 6]);
      for (const count of activated) expect(count).toBeGreaterThanOrEqual(7);
      expect(kl).toBeGreaterThan(1e-4);
      const shown = Number(/KL\(unpruned \|\| pruned\) ([\d.e-]+) nats/.exec(out)![1]);
      expect(shown / kl).toBeCloseTo(1, 3);
      const { replacedKl } = read(`${name}.json`);
      const far = Number(/KL\(original \|\| this\) ([\d.e-]+) nats/.exec(out)![1]);
      expect(far / replacedKl).toBeCloseTo(1, 3);
    }
    expect(readFileSync(at("out/report.html"), "utf8")).toContain("KL(unpruned || pruned)");
  });

  it("are those that a circuit was found with: its latents are others of other autoencoders", async () => {
    const [discover, measure, test] = commands.map(([, args]) => args) as [string[], string[], string[]];
    const patch = ["patch", ...subject, "--edges", at("discover.json")];
    expect((await run([...discover, "--autoencoders", at("all")])).code).toBe(0);
    const autoencoders = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(read("discover.json").latents).toEqual({ latentErrors: true, autoencoders });
    const others: [string[], RegExp][] = [
      [["--autoencoders", at("others")], /of other autoencoders \(/],
      [
        ["--autoencoders", at("all"), "--no-autoencoder-errors"],
        /latentErrors is true, wanted false|drops what autoencoders leave out/,
      ],
      [
        ["--autoencoders", at("all"), "--prune-latents", "--max-latents", "7"],
        /latents is \[10, 10, 10\], wanted \[7, 7, 7\]|it has the latents as they are numbered, the model/,
      ],
    ];
    for (const args of [measure, test, patch])
      for (const [more, message] of others) {
        const { code, err } = await run([...args, ...more]);
        expect([args[0], code, said(err)]).toEqual([args[0], 2, expect.stringMatching(message)]);
      }
    expect((await run(patch)).err).toMatch(
      /discover.json: it has latents of autoencoders, and the model has none: give/,
    );
    expect((await run([...patch, "--autoencoders", at("all")])).code).toBe(0);
    // A list of names alone says nothing of where they are from.
    writeFileSync(at("names-only.json"), JSON.stringify(["MLP 0 Latent 3->MLP 1"]));
    const names = ["patch", ...subject, "--edges", at("names-only.json"), "--autoencoders", at("others")];
    expect((await run(names)).code).toBe(0);
  });

  it("prune at each position by itself where edges are by token", async () => {
    const { code, out } = await run([
      ...[...commands[0]![1], "--by-token", "--autoencoders", at("all"), "--prune-latents", "--max-latents", "4"],
    ]);
    expect([code, out]).toEqual([0, expect.stringMatching(/ active, 4, 4, 4 kept/)]);
    expect(read("discover.json").pruning.kept).toEqual(new Array(3).fill(new Array(14).fill(4)));
  });

  it("take those of some blocks where that is said", async () => {
    for (const [name, args] of commands) {
      const refused = await run([...args, "--autoencoders", at("first")]);
      expect([name, refused.code]).toEqual([name, 2]);
      expect(refused.err).toMatch(/no autoencoder of block 1, 2 for mlp_out.*--partial-autoencoders/);
      const { code, out, err } = await run([...args, "--autoencoders", at("first"), "--partial-autoencoders"]);
      expect([name, name === "test" ? code % 3 : code, said(err)]).toEqual([name, 0, ""]);
      expect(out).toContain("10 latents are sources (10, 0, 0 by block)");
      expect(read(`${name}.json`).pruning).toBeNull();
    }
    const latents = ["latents", ...subject.slice(0, 2), "--tokens", "1,2", "--autoencoders", at("first")];
    expect((await run(latents)).err).toMatch(/--partial-autoencoders/);
    expect(await run([...latents, "--partial-autoencoders"])).toMatchObject({ code: 0, err: "" });
  });

  it("let patch ablate edges of latents by their numbers", async () => {
    writeFileSync(at("latent-edges.json"), JSON.stringify(["MLP 0 Latent 0->Resid End"]));
    const args = ["patch", ...subject, "--edges", at("latent-edges.json"), "--autoencoders", at("all")];
    const { code, out } = await run(args);
    expect([code, out]).toEqual([0, expect.stringContaining("30 latents are sources")]);
    expect(Number(/resample │ 12 x \d+ x \d+ │ ([\d.]+)/.exec(out)![1])).toBeGreaterThan(0);
  });

  it("say what pruning a ready-made task's latents did", async () => {
    using model = await tinyGpt2({ layers: 2 });
    using made = await autoencoderFolder({ layers: 2, width: 12 });
    const { code, out } = await run([
      ...["discover", "ioi-autoencoder", "--model", model.folder, "--autoencoders", made.folder, "--max-latents", "3"],
      ...["--algorithm", "edge-attribution", "--size", "10", "--bootstrap", "0", "--curve", "none"],
      ...["--out", at("ready"), "--json", at("ready.json")],
    ]);
    expect([code, out]).toEqual([0, expect.stringMatching(/latents pruned by 2 prompts: 3, 3 kept; KL\(unpruned/)]);
    expect(read("ready.json").pruning).toEqual({ kept: [3, 3], activated: null, kl: expect.any(Number), prompts: 2 });
    expect(read("ready.json").pruning.kl).toBeGreaterThan(1e-6);
  });

  it("choose out of a collection", async () => {
    const [, discover] = commands[0]!;
    const { code, err } = await run([...discover, "--autoencoders", at("some")]);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(
        /2 autoencoders read blocks\.0\.hook_mlp_out \(and so of 2 other places\): layer_0\/average_l0_3, layer_0\/average_l0_20\. .*layer_\*\/average_l0_~3"/,
      ),
    ]);
    expect(await run([...discover, "--autoencoders", at("some/layer_*/average_l0_~20")])).toMatchObject({ code: 0 });
    const html = readFileSync(at("out/report.html"), "utf8");
    expect(html).toContain("average_l0_~20&#39;");
    const folders = [20, 4, 22].map((l0, block) => at(`some/layer_${block}/average_l0_${l0}`));
    expect(await run([...discover, "--autoencoders", ...folders])).toMatchObject({ code: 0 });
  });

  // No file may say that it has more latents.
  const most = 2 ** 31 - 1;
  const roomy = availableMemory() > 18 * 4 * most;

  it.skipIf(roomy)(
    "are refused before a weight is read where there is no room for them (skipped with much)",
    async () => {
      // Of three blocks, each takes all there is: 18 numbers a latent. The files have holes for weights.
      const latents = Math.min(most, Math.ceil(availableMemory() / (18 * 4)));
      for (const block of [0, 1, 2]) {
        mkdirSync(at(`huge/block-${block}`), { recursive: true });
        const config = JSON.parse(readFileSync(at(`all/block-${block}/cfg.json`), "utf8"));
        writeFileSync(at(`huge/block-${block}/cfg.json`), JSON.stringify({ ...config, d_sae: latents }));
        holes(at(`huge/block-${block}/sae_weights.safetensors`), {
          ...{ W_enc: [8, latents], W_dec: [latents, 8], b_enc: [latents], b_dec: [8] },
        });
      }
      for (const [name, args] of commands) {
        const { code, err } = await run([...args, "--autoencoders", at("huge")]);
        expect([name, code, err]).toEqual([
          name,
          2,
          expect.stringMatching(
            /Not enough memory: the model takes about 27\.0 KiB and its autoencoders .* are free\./,
          ),
        ]);
      }
    },
  );

  it("are refused before anything is read", async () => {
    const nowhere = ["--autoencoders", at("nowhere")];
    const wrong: [string[], RegExp][] = [
      [[...nowhere, "--dtype", "bfloat16"], /computes in float32 or float64, not in bfloat16: leave --dtype out/],
      [[...nowhere, "--max-latents", "3"], /--max-latents says how latents are pruned.*give --prune-latents too/],
      [[...nowhere, "--prune-with-corrupt", "--no-prune-latents"], /--prune-with-corrupt says how latents are pruned/],
      [["--partial-autoencoders"], /--partial-autoencoders is about --autoencoders/],
      [["--no-autoencoder-errors"], /--autoencoder-errors is about --autoencoders/],
      [nowhere, /nowhere: does not exist as a folder/],
    ];
    for (const [name, args] of commands.filter(([name]) => name !== "test")) {
      for (const [more, says] of wrong) {
        const { code, err } = await run([...args, ...more]);
        expect([name, code, err]).toEqual([name, 2, expect.stringMatching(says)]);
      }
    }
    const { err } = await run(["discover", "tracr-reverse", "--autoencoders", at("all"), "--out", at("tracr")]);
    expect(err).toMatch(/tracr-reverse has a compiled model.*leave `autoencoders` out/);
  });
});
