import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writePage } from "../lib/assemble.mjs";
import { DOCS, ROOT } from "../lib/places.mjs";

/** The page of what loads, from the conformance suite's report. */
export async function loadsPage() {
  const report = JSON.parse(readFileSync(join(DOCS, "measured", "loads.json"), "utf8"));
  const { formats } = await import(join(ROOT, "packages", "autoencoders", "dist", "formats", "formats.js"));
  const titles = new Map(formats.map(({ name, title }) => [name, title]));
  const text = [
    "# What loads",
    "",
    `Measured by the conformance suite: ${report.date}, ${report.processor}, AutoCircuit ${report.version}, \`${report.command}\`.`,
    "",
    "## Checkpoints",
    "",
    "From `config.json` and safetensors, in a folder or on the Hugging Face hub. Small networks with random weights, one of each family, and a trained",
    "model; the last columns are the largest difference of any logit from what `transformers` computes in float32, as a share of the largest. In",
    "narrower types the weights are rounded as well, and that is most of the difference.",
    "",
    "| family or model | blocks | heads (keys) | width | vocabulary | float32 | bfloat16 | float16 |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...report.checkpoints.map(checkpointRow),
    "",
    "Serial and parallel GPT-NeoX, and grouped keys and values, are among them. What a configuration asks for that is not computed here is refused, with",
    "the key and the value; a key that is left out has the default of its class in `transformers`.",
    "",
    "Also read: folders with TransformerLens's names, and GGUF files of llama.cpp and Ollama (GPT-2, Llama, Mistral, Qwen 2 and 3, Gemma 2 and 3; F32,",
    "F16, BF16, and blocks of 2 to 8 bits). `pytorch_model.bin` is not: it is a pickle.",
    "",
    "## Tokenizers",
    "",
    "| files | what |",
    "| --- | --- |",
    "| `tokenizer.json` | byte-level BPE; BPE of SentencePiece with byte fallback; added tokens |",
    "| `vocab.json`, `merges.txt` | byte-level BPE of GPT-2 |",
    "| `vocab_scores.json` | SentencePiece with scores |",
    "| none, where the model is a GPT-2 | GPT-2's own, which comes along |",
    "| inside a GGUF file | byte-level BPE and SentencePiece, split by llama.cpp's names; a name that is not known is refused |",
    "",
    "SmolLM2's tokens of eight texts are those of `transformers` to the last one, from its folder and from GGUF, in every test where the model is.",
    "Without a tokenizer a model takes prompts as token ids.",
    "",
    "## Autoencoders",
    "",
    "Sparse autoencoders and transcoders. Files as each library writes them, opened here, and latents beside those that the library computes: the",
    "largest difference, as a share of the largest latent.",
    "",
    "| format | files tried | largest difference |",
    "| --- | --- | --- |",
    ...report.autoencoders.map(
      ({ format, cases, latents }) => `| ${titles.get(format) ?? format} | ${cases} | ${latents.toExponential(1)} |`,
    ),
    "",
    "Latents are sources of a graph where the file's hook is `hook_mlp_out`, `mlp.hook_post`, `hook_attn_out`, `attn.hook_z`, `hook_resid_post` or",
    "`hook_resid_pre` (but block 0's), or goes from `ln2.hook_normalized` or `hook_resid_mid` to `hook_mlp_out`, per block or across blocks. Those of other",
    "hooks are encoded and decoded. [Which formats hold what, and why some are no sources](guides/autoencoders.md#what-loads-and-what-can-be-a-source).",
    "",
  ];
  writePage("loads.md", text.join("\n"));
}

function checkpointRow({ name, size, differences }) {
  const { blocks, heads, keyValueHeads, width, vocabulary } = size;
  const off = ["float32", "bfloat16", "float16"].map((type) => differences[type].toExponential(1));
  return `| ${[name, blocks, heads === keyValueHeads ? heads : `${heads} (${keyValueHeads})`, width, vocabulary.toLocaleString("en"), ...off].join(" | ")} |`;
}
