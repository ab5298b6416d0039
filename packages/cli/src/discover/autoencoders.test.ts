import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { availableMemory } from "@autocircuit/core";
import { afterAll, describe, expect, it } from "vitest";
import { autoencoderFolder } from "../../../circuits/test/autoencoder-folder.ts";
import { tinyGpt2 } from "../../../circuits/test/tiny-gpt2.ts";
import { latentCommands, said } from "../../test/latent-commands.ts";
import { run } from "../../test/run-program.ts";

const place = await latentCommands();
const { at, read, subject, commands } = place;
afterAll(() => place[Symbol.dispose]());

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

describe("the options of --autoencoders", () => {
  it("are the same in all commands, and pruning says how many are left and what that changed", async () => {
    const latent = ["--autoencoders", at("all"), "--no-autoencoder-errors", "--prune-latents"];
    for (const [name, args] of commands) {
      const { code, out, err } = await run([...args, ...latent, "--max-latents", "7", "--prune-with-corrupt"]);
      // The tests of a circuit may well refuse a random model's.
      expect([name, name === "test" ? code % 3 : code, said(err)]).toEqual([name, 0, ""]);
      expect(out).toContain("21 latents are sources (7, 7, 7 by block)");
      const { kept, activated, prunedKl, promptCount } = read(`${name}.json`).prunedLatents;
      expect([kept, promptCount]).toEqual([[7, 7, 7], 6]);
      for (const count of activated) expect(count).toBeGreaterThanOrEqual(7);
      expect(prunedKl).toBeGreaterThan(1e-4);
      const shown = Number(/KL\(unpruned \|\| pruned\) ([\d.e-]+) nats/.exec(out)![1]);
      expect(shown / prunedKl).toBeCloseTo(1, 3);
      const { replacedKl } = read(`${name}.json`);
      const far = Number(/KL\(original \|\| this\) ([\d.e-]+) nats/.exec(out)![1]);
      expect(far / replacedKl).toBeCloseTo(1, 3);
    }
    expect(readFileSync(at("out/report.html"), "utf8")).toContain("KL(unpruned || pruned)");
  });

  it("prune at each position by itself where edges are by token", async () => {
    const { code, out } = await run([
      ...[...commands[0]![1], "--by-token", "--autoencoders", at("all"), "--prune-latents", "--max-latents", "4"],
    ]);
    expect([code, out]).toEqual([0, expect.stringMatching(/ active, 4, 4, 4 kept/)]);
    expect(read("discover.json").prunedLatents.kept).toEqual(new Array(3).fill(new Array(14).fill(4)));
  });

  it("take those of some blocks where that is said", async () => {
    for (const [name, args] of commands) {
      const refused = await run([...args, "--autoencoders", at("first")]);
      expect([name, refused.code]).toEqual([name, 2]);
      expect(refused.err).toMatch(/no autoencoder of block 1, 2 for mlp_out.*--partial-autoencoders/);
      const { code, out, err } = await run([...args, "--autoencoders", at("first"), "--partial-autoencoders"]);
      expect([name, name === "test" ? code % 3 : code, said(err)]).toEqual([name, 0, ""]);
      expect(out).toContain("10 latents are sources (10, 0, 0 by block)");
      expect(read(`${name}.json`).prunedLatents).toBeNull();
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
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/latents pruned by 2 prompts: \d+, \d+ active, 3, 3 kept; KL\(unpruned/),
    ]);
    expect(read("ready.json").prunedLatents).toEqual({
      ...{ kept: [3, 3], activated: [expect.any(Number), expect.any(Number)] },
      ...{ prunedKl: expect.any(Number), promptCount: 2 },
    });
    expect(read("ready.json").prunedLatents.prunedKl).toBeGreaterThan(1e-6);
  });

  it("scale activations where files leave that to who loads them", async () => {
    for (const block of [0, 1, 2]) {
      mkdirSync(at(`averaged/block-${block}`), { recursive: true });
      const config = JSON.parse(readFileSync(at(`all/block-${block}/cfg.json`), "utf8"));
      const averaged = { ...config, normalize_activations: "expected_average_only_in" };
      writeFileSync(at(`averaged/block-${block}/cfg.json`), JSON.stringify(averaged));
      const weights = "sae_weights.safetensors";
      writeFileSync(at(`averaged/block-${block}/${weights}`), readFileSync(at(`all/block-${block}/${weights}`)));
    }
    const dropped = ["--autoencoders", at("averaged"), "--no-autoencoder-errors"];
    for (const [name, args] of commands.filter(([name]) => name !== "test")) {
      const { code, out, err } = await run([...args, ...dropped, "--autoencoder-scale", "2,3,0.5"]);
      expect([name, code, said(err)]).toEqual([name, 0, ""]);
      expect(out).toContain("30 latents are sources");
    }
    const scaled = read("patch.json").logits;
    const patch = commands[3]![1];
    expect((await run([...patch, ...dropped, "--autoencoder-scale", "1"])).code).toBe(0);
    expect(read("patch.json").logits).not.toEqual(scaled);
    // Scores of latents that were scaled otherwise are not these latents'.
    const measure = [...commands[1]![1], ...dropped];
    const other = await run([...measure, "--autoencoder-scale", "1"]);
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/of other autoencoders \(/)]);
    expect((await run([...measure, "--autoencoder-scale", "2,3,0.5"])).code).toBe(0);
    const unused = await run([...patch, "--autoencoders", at("all"), "--autoencoder-scale", "2"]);
    expect([unused.code, unused.err]).toEqual([2, expect.stringMatching(/these autoencoders take no factor/)]);
    const latents = ["latents", ...subject.slice(0, 2), "--tokens", "1,2", "--autoencoders", at("averaged")];
    for (const args of [
      ...commands.filter(([name]) => name !== "test").map(([, args]) => [...args, ...dropped]),
      latents,
    ]) {
      const { code, err } = await run([...args, "--autoencoder-scale", "2,3,0.5,1"]);
      expect([code, err]).toEqual([2, expect.stringMatching(/-scale has 4 numbers, and the model has 3 blocks/)]);
    }
    const [two, three] = [
      await run([...latents, "--autoencoder-scale", "2"]),
      await run([...latents, "--autoencoder-scale", "3"]),
    ];
    expect([two.code, three.code, two.out === three.out]).toEqual([0, 0, false]);
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
      [
        [...nowhere, "--autoencoder-errors", "--no-autoencoder-errors"],
        /--autoencoder-errors and --no-autoencoder-errors contradict each other: leave one of them out/,
      ],
      [[...nowhere, "--no-prune-latents", "--prune-latents"], /--prune-latents and --no-prune-latents contradict/],
    ];
    for (const [name, args] of commands.filter(([name]) => name !== "test")) {
      for (const [more, says] of wrong) {
        const { code, err } = await run([...args, ...more]);
        expect([name, code, err]).toEqual([name, 2, expect.stringMatching(says)]);
      }
    }
    // Which places there are, and of which blocks, is known before the model is: its weights are no file.
    const noWeights = at("no-weights");
    mkdirSync(noWeights);
    for (const file of ["config.json", "tokenizer.json"])
      writeFileSync(join(noWeights, file), readFileSync(at(`words/${file}`)));
    writeFileSync(join(noWeights, "model.safetensors"), "");
    await autoencoderFolder({ layers: 3, width: 8, hook: "hook_resid_mid", folder: at("middle") });
    for (const [name, args] of commands.filter(([name]) => name !== "test")) {
      const on = args.map((arg) => (arg === at("words") ? noWeights : arg));
      for (const [folder, says] of [
        ["middle", /goes from resid_mid to resid_mid\. Latents are sources in the place of/],
        ["first", /has no autoencoder of block 1, 2 for mlp_out/],
      ] as const) {
        const { code, err } = await run([...on, "--autoencoders", at(folder)]);
        expect([name, code, err]).toEqual([name, 2, expect.stringMatching(says)]);
      }
    }
    const { err } = await run(["discover", "tracr-reverse", "--autoencoders", at("all"), "--out", at("tracr")]);
    expect(err).toMatch(/tracr-reverse has a compiled model.*leave --autoencoders out/);
  });
});
