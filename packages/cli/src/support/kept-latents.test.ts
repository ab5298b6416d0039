import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { autoencoderFolder } from "../../../circuits/test/autoencoder-folder.ts";
import { tinyGpt2 } from "../../../circuits/test/tiny-gpt2.ts";
import { latentCommands, said } from "../../test/latent-commands.ts";
import { run } from "../../test/run-program.ts";

const place = await latentCommands();
const { at, read, subject, commands } = place;
afterAll(() => place[Symbol.dispose]());

describe("the latents of a circuit", () => {
  it("are those that a circuit was found with: its latents are others of other autoencoders", async () => {
    const [discover, measure, test] = commands.map(([, args]) => args) as [string[], string[], string[]];
    const patch = ["patch", ...subject, "--edges", at("discover.json")];
    expect((await run([...discover, "--autoencoders", at("all")])).code).toBe(0);
    const autoencoders = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(read("discover.json").latents).toEqual({ latentErrors: true, autoencoders });
    const others: [string[], RegExp][] = [
      [[], /it has latents of autoencoders, and the model has none: give it the same --autoencoders/],
      [["--autoencoders", at("others")], /of other autoencoders \(/],
      [
        ["--autoencoders", at("all"), "--no-autoencoder-errors"],
        /latentErrors is true, wanted false|drops what autoencoders leave out/,
      ],
      [
        ["--autoencoders", at("all"), "--prune-latents", "--max-latents", "7"],
        /latents is \[10, 10, 10\], wanted \[7, 7, 7\]|it has the latents as they are numbered, the model's/,
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
    for (const latents of [5, "kept", [1, 2]]) {
      writeFileSync(at("malformed.json"), JSON.stringify({ ...read("discover.json"), latents }));
      for (const args of [[...patch.with(-1, at("malformed.json"))], test.with(1, at("malformed.json"))]) {
        const { code, err } = await run([...args, "--autoencoders", at("all")]);
        expect([code, err]).toEqual([2, expect.stringMatching(/malformed\.json: its `latents` must be an object/)]);
      }
    }
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
    const { latents, circuit, graph } = read("discover.json");
    expect(latents.latentErrors).toBe(false);
    const kept = { kept: [3, 3, 3], activated: null, prunedKl: null, promptCount: null };
    for (const [args, file, json] of [
      [patch, at("discover.json"), "patch.json"],
      [measure, scores, "measure.json"],
      [test, at("discover.json"), "test.json"],
      [[...test.with(1, scores), "--size", "10"], scores, "test.json"],
    ] as const) {
      const { code, out, err } = await run([...args, ...autoencoders]);
      expect([args[0], args[0] === "test" ? code % 3 : code, said(err)]).toEqual([args[0], 0, ""]);
      expect(out).toContain(`latents kept as ${file} says: 3, 3, 3; nothing was pruned anew`);
      expect(read(json).prunedLatents).toEqual({ ...kept, from: file });
      expect(out).toContain("what they leave out is dropped");
    }
    // Others than those are refused where they are asked for.
    for (const args of [patch, measure, test]) {
      const anew = await run([...args, ...autoencoders, "--no-autoencoder-errors", "--no-prune-latents"]);
      expect([args[0], anew.code]).toEqual([args[0], 2]);
    }
    // A list of names with what they were found with.
    writeFileSync(at("short.json"), JSON.stringify({ latents: { ...latents, keptLatents: { mlp: [[1], [2]] } } }));
    const edges = circuit.map(({ edge }: { edge: string }) => edge);
    writeFileSync(at("named.json"), JSON.stringify({ graph, edges }));
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
      [at("short.json"), [], /short.json: `keptLatents.mlp` is of 2 blocks, and there are 3: each has its list/],
      [at("missing.safetensors"), [], /missing.safetensors/],
    ];
    for (const [file, more, says] of refused) {
      const { code, err } = await run([...discover, ...autoencoders, "--keep-latents", file, ...more]);
      expect([code, err]).toEqual([2, expect.stringMatching(says)]);
    }
    const others = await run([...patch, "--autoencoders", at("others")]);
    expect([others.code, others.err]).toEqual([
      2,
      expect.stringMatching(
        /discover.json: its latents are of other autoencoders \(\w+\) than these \(\w+\): take those that it was found with\.\n +help: [^\n]*\n$/,
      ),
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

  it("are refused where they were kept position by position and edges have none, and the other way round", async () => {
    const discover = [...commands[0]![1], "--autoencoders", at("all")];
    const pruned = ["--prune-latents", "--max-latents", "4"];
    const files: Record<string, string> = { token: at("by-token.json"), all: at("of-all.json") };
    for (const [name, more] of [
      ["token", ["--by-token"]],
      ["all", []],
    ] as const) {
      expect((await run([...discover, ...pruned, ...more])).code).toBe(0);
      writeFileSync(files[name]!, readFileSync(at("discover.json")));
    }
    writeFileSync(at("edge.json"), JSON.stringify(["MLP 0 Latent 3->MLP 1"]));
    writeFileSync(at("edge-by-token.json"), JSON.stringify([["MLP 0 Latent 3->MLP 1", 1]]));
    const patch = (edges: string) => ["patch", ...subject, "--edges", at(edges), "--autoencoders", at("all")];
    const several =
      /by-token\.json: it keeps other latents at each of \d+ positions, and here edges have no position.*have edges by token/;
    const same =
      /of-all\.json: it keeps the same latents at all positions, and here edges are by token.*have edges without positions/;
    for (const [args, file, says] of [
      [discover, files.token, several],
      [[...discover, "--by-token"], files.all, same],
      [patch("edge.json"), files.token, several],
      [patch("edge-by-token.json"), files.all, same],
    ] as const) {
      const { code, err } = await run([...args, "--keep-latents", file!]);
      expect([args[0], code, err]).toEqual([args[0], 2, expect.stringMatching(says)]);
    }
    for (const [args, file] of [
      [[...discover, "--by-token"], files.token],
      [discover, files.all],
      [patch("edge-by-token.json"), files.token],
      [patch("edge.json"), files.all],
    ] as const)
      expect(await run([...args, "--keep-latents", file!])).toMatchObject({ code: 0 });
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
});
