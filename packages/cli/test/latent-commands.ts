import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { autoencoderFolder } from "../../circuits/test/autoencoder-folder.ts";
import { wordModel } from "./word-model.ts";

/**
 * A folder with a small model, prompts and autoencoders of its MLPs (`all`, `others` with other numbers, `first` of block 0 alone, `some` to choose
 * from), and the command lines that take them. Goes when it is disposed.
 */
export async function latentCommands() {
  const folder = mkdtempSync(join(tmpdir(), "latent-commands-"));
  const at = (name: string) => join(folder, name);
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
  const subject = ["--model", await wordModel(at("words")), "--prompts", at("names.json")];
  const found = ["--algorithm", "edge-attribution", "--size", "10", "--bootstrap", "0", "--curve", "none"];
  const commands: [string, string[]][] = [
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
  return {
    ...{ at, subject, commands },
    /** What a command wrote as JSON. */
    read: (name: string) => JSON.parse(readFileSync(at(name), "utf8")),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** What a command wrote beside its progress. */
export function said(err: string): string {
  return err.replace(/^[\w -]+: \d+ of \d+\n/gm, "");
}
