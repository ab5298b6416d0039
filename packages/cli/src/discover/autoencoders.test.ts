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
      expect([kept, prompts]).toEqual([[7, 7, 7], 6]);
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

  it("keep the latents that a circuit was found with, whatever they were pruned by", async () => {
    const [discover, measure, test] = commands.map(([, args]) => args) as [string[], string[], string[]];
    const patch = ["patch", ...subject, "--edges", at("discover.json"), "--json", at("patch.json")];
    const scores = at("out/scores.safetensors");
    const autoencoders = ["--autoencoders", at("all")];
    // Other prompts than patch's, in another order, and errors dropped: none of it need be said again.
    const pruning = ["--prune-latents", "--max-latents", "3", "--prune-with-corrupt", "--no-autoencoder-errors"];
    const found = await run([...discover, ...autoencoders, ...pruning, "--seed", "3", "--batch-size", "2"]);
    expect([found.code, said(found.err)]).toEqual([0, ""]);
    const { latents, circuit } = read("discover.json");
    expect(latents.latentErrors).toBe(false);
    const kept = { kept: [3, 3, 3], activated: null, kl: null, prompts: null };
    for (const [args, file, json] of [
      [patch, at("discover.json"), "patch.json"],
      [measure, scores, "measure.json"],
      [test, at("discover.json"), "test.json"],
      [[...test.with(1, scores), "--size", "10"], scores, "test.json"],
    ] as const) {
      const { code, out, err } = await run([...args, ...autoencoders]);
      expect([args[0], args[0] === "test" ? code % 3 : code, said(err)]).toEqual([args[0], 0, ""]);
      expect(out).toContain(`latents kept as ${file} says: 3, 3, 3; nothing was pruned anew`);
      expect(read(json).pruning).toEqual({ ...kept, from: file });
      expect(out).toContain("what they leave out is dropped");
    }
    // Others than those are refused where they are asked for.
    for (const args of [patch, measure, test]) {
      const anew = await run([...args, ...autoencoders, "--no-autoencoder-errors", "--no-prune-latents"]);
      expect([args[0], anew.code]).toEqual([args[0], 2]);
    }
    // A list of names with what they were found with.
    writeFileSync(at("named.json"), JSON.stringify(circuit.map(({ edge }: { edge: string }) => edge)));
    const by = (file: string) => run([...patch.with(-3, at("named.json")), ...autoencoders, "--keep-latents", file]);
    const first = readFileSync(at("patch.json"), "utf8");
    expect((await by(scores)).code).toBe(0);
    expect(JSON.parse(readFileSync(at("patch.json"), "utf8")).logits).toEqual(JSON.parse(first).logits);
    const ofScores = ["--size", "10", ...autoencoders];
    expect((await run([...patch.with(-3, scores), ...ofScores])).code).toBe(0);
    expect(JSON.parse(readFileSync(at("patch.json"), "utf8")).logits).toEqual(JSON.parse(first).logits);
    expect((await run([...patch.with(-3, scores), ...autoencoders])).err).toMatch(/say with --size how many of them/);
    expect((await run([...patch, ...ofScores])).err).toMatch(
      /--size is for saved scores; .*discover.json names the edges/,
    );
    const again = await run([...discover, ...autoencoders, "--keep-latents", at("discover.json")]);
    expect([again.code, read("discover.json").latents]).toEqual([0, latents]);
    expect(readFileSync(at("out/report.html"), "utf8")).toContain("nothing was pruned anew");
    const refused: [string, string[], RegExp][] = [
      [
        scores,
        ["--prune-latents"],
        /--keep-latents says which latents are kept, --prune-latents that they are chosen anew/,
      ],
      [scores, ["--max-latents", "2"], /--keep-latents says which latents are kept, --max-latents that/],
      [at("named.json"), [], /--keep-latents .*named.json: does not say which latents were kept/],
      [at("missing.safetensors"), [], /missing.safetensors/],
    ];
    for (const [file, more, says] of refused) {
      const { code, err } = await run([...discover, ...autoencoders, "--keep-latents", file, ...more]);
      expect([code, err]).toEqual([2, expect.stringMatching(says)]);
    }
    const others = await run([...patch, "--autoencoders", at("others")]);
    expect([others.code, others.err]).toEqual([
      2,
      expect.stringMatching(/discover.json: what is to be kept is of others: its latents are of other autoencoders \(/),
    ]);
    // What would be pruned by half of the prompts needs two.
    const [one] = read("names.json").prompts;
    writeFileSync(at("one.json"), JSON.stringify({ prompts: [one] }));
    const alone = (...more: string[]) =>
      run([...patch.map((arg) => (arg === at("names.json") ? at("one.json") : arg)), ...autoencoders, ...more]);
    expect((await alone()).code).toBe(0);
    expect((await alone("--prune-latents")).err).toMatch(/There is 1 prompt pair\. At least 2 are needed/);
    const without = await run([...patch, "--keep-latents", scores]);
    expect(without.err).toMatch(/--keep-latents is about --autoencoders/);
  });

  it("keep those of a circuit by token too", async () => {
    const discover = [...commands[0]![1], "--by-token", "--autoencoders", at("all")];
    expect((await run([...discover, "--prune-latents", "--max-latents", "4", "--seed", "2"])).code).toBe(0);
    for (const args of [
      ["patch", ...subject, "--edges", at("discover.json")],
      commands[1]![1],
      ["test", at("discover.json"), ...subject, "--random", "2", "--tests", "sufficiency"],
    ]) {
      const { code, out, err } = await run([...args, "--autoencoders", at("all")]);
      expect([args[0], args[0] === "test" ? code % 3 : code, said(err)]).toEqual([args[0], 0, ""]);
      expect(out).toContain("says: 4, 4, 4; nothing was pruned anew");
    }
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

  it("keep those of a ready-made task's circuit, all of them where none were left out", async () => {
    using model = await tinyGpt2({ layers: 2 });
    using made = await autoencoderFolder({ layers: 2, width: 12 });
    const on = ["--model", model.folder, "--autoencoders", made.folder];
    const quick = ["--algorithm", "edge-attribution", "--size", "10", "--bootstrap", "0", "--curve", "none"];
    const discover = ["discover", "ioi-autoencoder", ...on, ...quick, "--out", at("task"), "--json", at("task.json")];
    const test = ["test", at("task.json"), ...on, "--random", "2", "--tests", "sufficiency"];
    const scores = ["--scores", at("task/scores.safetensors"), "--sizes", "10", "--metrics", "kl-clean"];
    for (const [asked, kept] of [
      [["--max-latents", "2", "--seed", "4"], "2, 2 by block"],
      [["--no-prune-latents", "--autoencoder-errors"], "10, 10 by block"],
    ] as const) {
      expect((await run([...discover, ...asked])).code).toBe(0);
      for (const args of [test, ["measure", "ioi-autoencoder", ...on, ...scores]]) {
        const { code, out, err } = await run(args);
        expect([args[0], args[0] === "test" ? code % 3 : code, said(err)]).toEqual([args[0], 0, ""]);
        expect(out).toContain(kept);
        expect(out.includes("nothing was pruned anew")).toBe(kept.startsWith("2"));
      }
    }
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
    expect(err).toMatch(/tracr-reverse has a compiled model.*leave `autoencoders` out/);
  });
});
