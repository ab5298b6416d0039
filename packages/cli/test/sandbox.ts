import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formatEapIgCircuit, scoredCircuit } from "@autocircuit/circuits";
import { Graph, PruneScores } from "@autocircuit/core";
import { root } from "./command-lines.ts";
import { writeOverflowModel } from "./overflow-model.ts";

/**
 * A folder with everything that the command lines of the documentation name: models of the right shape, random and narrow, prompts,
 * edges, scores and circuits. Goes when it is disposed.
 */
export async function sandbox(): Promise<{ folder: string } & Disposable> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "documented-")));
  const at = (name: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    return join(folder, name);
  };
  const write = (name: string, content: unknown) =>
    writeFileSync(at(name), typeof content === "string" ? content : JSON.stringify(content));

  await gpt2(at("gpt2"), write);
  const { autoencoderFolder } = await fixture("circuits/test/autoencoder-folder.ts");
  await autoencoderFolder({ layers: 12, width: 12, folder: at("saes/mlp-out") });
  for (let layer = 0; layer < 12; layer++) {
    for (const l0 of [20 + layer, 60 + layer])
      cpSync(
        join(folder, `saes/mlp-out/block-${layer}`),
        at(`saes/by-width/layer_${layer}/width_16k/average_l0_${l0}`),
        { recursive: true },
      );
  }
  write("labels.json", { "MLP 2 Latent 7": "years", "MLP 5 Latent 0": "names after “and”" });
  // Any model that reads text will do for the one that is called Llama.
  for (const name of ["models/gpt2", "openai-community/gpt2", "models/llama"])
    symlinkSync(join(folder, "gpt2"), at(name));
  cpSync(join(root, "packages/models/test/fixtures/gguf/llama.gguf"), at("models/llama.gguf"));
  const fixtures = join(root, "packages/conformance/fixtures/hf");
  cpSync(join(fixtures, "gpt2"), at("models/dreams"), { recursive: true });
  cpSync(join(root, "docs/examples"), at("docs/examples"), { recursive: true });
  const pythia = { model_type: "gpt_neox", num_hidden_layers: 32, num_attention_heads: 32, hidden_size: 2560 };
  for (const name of ["models/pythia-2.8b", "pythia-2.8b"])
    write(`${name}/config.json`, {
      ...pythia,
      intermediate_size: 10240,
      max_position_embeddings: 2048,
      vocab_size: 50304,
    });
  for (const name of ["models/sum", "models/brackets"]) await writeOverflowModel(at(name), 1);

  write("sum.json", {
    prompts: pairs(
      (row) => [row, row + 1, 3, 4, 5, 6],
      Array.from({ length: 11 }, (_, id) => id),
    ),
  });
  write("brackets.json", { prompts: pairs((row) => [row, row + 1, 3, 4], [1]) });
  write("prompts.json", { prompts: pairs((row) => [row, row + 1, 3], [1]) });
  write("edges.json", ["A0.0->Resid End", { edge: "Resid Start->A0.1.Q", token: null }]);
  write("latent-edges.json", ["MLP 0 Latent 3->Resid End"]);
  for (const name of ["names.json", "more.json"]) write(name, { prompts: texts() });
  write("gp.jsonl", `${JSON.stringify({ prefix: "So Mary", corr_prefix: "So John", pronoun: "she" })}\n`);
  write("my-program.ts", program);
  write(
    "sweep.yaml",
    "tasks: [tracr-hist]\nalgorithms: [ground-truth, random]\nseeds: [0, 1]\nmeasure: {sizes: [0, 5]}\n",
  );
  cpSync(join(root, "sweeps"), at("sweeps"), { recursive: true });

  const graph = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });
  const scores = new PruneScores(
    graph,
    Float32Array.from({ length: graph.edgeCount }, (_, edge) => Math.sin(edge + 1)),
  );
  await scores.save(at("scores.safetensors"));
  write("eap-ig-circuit.json", formatEapIgCircuit(scoredCircuit(scores, scores.circuit(500)), { dModel: 12 }));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

type Write = (name: string, content: unknown) => void;

/** A narrow GPT-2 with its own tokenizer. */
async function gpt2(folder: string, write: Write): Promise<void> {
  const made = await (await fixture("circuits/test/tiny-gpt2.ts")).tinyGpt2();
  renameSync(made.folder, folder);
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
  write("gpt2/config.json", { ...config, bos_token_id: 50256, eos_token_id: 50256 });
  const { vocab, merges } = (await fixture("models/test/tokenizers.ts")).gpt2VocabAndMerges();
  write("gpt2/vocab.json", vocab);
  write("gpt2/merges.txt", merges);
}

/** A maker of fixtures that stands beside another package's tests; taken by its path, as files of fixtures are. */
function fixture(path: string) {
  return import(join(root, "packages", path));
}

/** Four prompt pairs of token ids. */
function pairs(clean: (row: number) => number[], answers: number[]) {
  return Array.from({ length: 4 }, (_, row) => {
    const ids = clean(row);
    return { clean: ids, corrupt: ids.map((id) => (id + 1) % 12), answers, wrong_answers: [11] };
  });
}

/** Eight prompt pairs of words. */
function texts() {
  const names = ["Mary", "John", "Tom", "Anna", "Paul", "Jane", "Mark", "Sarah"];
  return names.map((name, i) => {
    const other = names[(i + 1) % names.length]!;
    return {
      clean: `Then ${name} said to`,
      corrupt: `Then ${other} said to`,
      answers: [` ${name}`],
      wrong_answers: [` ${other}`],
    };
  });
}

const program = `import { indices, type SOp, sequenceMap, tokensOf } from "@autocircuit/tracr";

/** Each token plus its position. */
const sum: SOp<number> = sequenceMap((token: number, index: number) => token + index, tokensOf<number>(), indices);
export default sum.named("sum");
`;
