import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ModelGraphOptions, PatchableModel, PromptLoader } from "@autocircuit/core";
import { setThreads, Tensor, Transformer, type TransformerConfig } from "@autocircuit/native";

// The networks here are so small that a second thread only waits for the first, and for whatever else the machine does.
await setThreads(1);

const folder =
  process.env.AUTOCIRCUIT_CONFORMANCE ?? fileURLToPath(new URL("../../../../shared/conformance", import.meta.url));

/** The cases with weights that are at hand. */
export const cases = [
  "attn-only",
  "brackets",
  "gpt2-hf",
  "gpt2-like",
  "gpt2-like-ln",
  "gpt_neox-hf",
  "no-norm",
  "pythia-like",
  "sorted-list",
  "sum",
].filter((name) => existsSync(`${folder}/autocircuit/${name}/model.safetensors`));

/** A JSON file of a case. */
// biome-ignore lint/suspicious/noExplicitAny: the shape of each file is described in the README beside the cases
export function readCase(name: string, file: string): any {
  return JSON.parse(readFileSync(`${folder}/autocircuit/${name}/${file}`, "utf8"));
}

/** Float32 tensors of a safetensors file of a case. */
export function readTensors(name: string, file: string): Map<string, { shape: number[]; values: Float32Array }> {
  const bytes = readFileSync(`${folder}/autocircuit/${name}/${file}`);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header)
      .filter(([key]) => key !== "__metadata__")
      .map(
        ([
          key,
          {
            shape,
            data_offsets: [from, to],
          },
        ]) => [
          key,
          { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer) },
        ],
      ),
  );
}

/** The network of a case. */
export function caseTransformer(name: string): Transformer {
  const config = readCase(name, "config.json");
  const weights = Object.fromEntries(
    [...readTensors(name, "model.safetensors")].map(([key, { shape, values }]) => [
      key,
      Tensor.from(values, { shape }),
    ]),
  );
  return Transformer.create(engineConfig(config), weights);
}

/** The model and prompts of a case; `options` choose the graph. */
export function caseTask(
  name: string,
  options: ModelGraphOptions = {},
): { model: PatchableModel; prompts: PromptLoader } {
  const { prompts } = readCase(name, "inputs.json");
  const { batch_size: batchSize } = readCase(name, "expected.json");
  const loader = new PromptLoader(
    // biome-ignore lint/suspicious/noExplicitAny: plain data of the case
    prompts.map((prompt: any) => ({ ...prompt, wrongAnswers: prompt.wrong_answers })),
    { batchSize },
  );
  const model = new PatchableModel({ transformer: caseTransformer(name), seqLen: loader.seqLen, ...options });
  return { model, prompts: loader };
}

// biome-ignore lint/suspicious/noExplicitAny: a TransformerLens configuration
function engineConfig(config: any): TransformerConfig {
  const rotary = config.positional_embedding_type === "rotary";
  const dim = config.rotary_dim as number;
  return {
    layers: config.n_layers,
    dModel: config.d_model,
    heads: config.n_heads,
    kvHeads: config.n_key_value_heads ?? config.n_heads,
    dHead: config.d_head,
    dMlp: config.attn_only ? 0 : config.d_mlp,
    dVocab: config.d_vocab,
    dVocabOut: config.d_vocab_out,
    context: config.n_ctx,
    norm: config.normalization_type === null ? "none" : "layer",
    eps: config.eps,
    attnOnly: config.attn_only,
    parallel: config.parallel_attn_mlp,
    causal: config.attention_dir === "causal",
    attnScale: config.attn_scale,
    positions: rotary ? "rotary" : "learned",
    ...(rotary && {
      rotary: {
        dim,
        interleaved: false,
        frequencies: [Array.from({ length: dim / 2 }, (_, index) => config.rotary_base ** ((-2 * index) / dim))],
      },
    }),
    activation: config.act_fn ?? "relu",
    gated: config.gated_mlp ?? false,
  };
}
