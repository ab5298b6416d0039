import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AutocircuitError, cannotWrite, kind, makeFolder, signature } from "@autocircuit/base";
import { writeSafetensors } from "@autocircuit/models";
import {
  type Autoencoders,
  isTranscoder,
  type PlacedAutoencoder,
  placedAutoencoders,
  type Tensor,
  type TransformerConfig,
} from "@autocircuit/native";
import { hadSkip } from "./engine-block.ts";
import * as kinds from "./kinds.ts";

/** What is written beside the numbers. */
export interface SaveAutoencodersOptions {
  /** The model they are of, for who reads the files. */
  readonly modelName?: string | undefined;
  /** That model's configuration (`model.config`): needed for transcoders that read what a norm gives with its weights, which only LayerNorm's files can say. */
  readonly config?: TransformerConfig | undefined;
}

/** Hooks that autoencoders read and, where it is another, replace, inside a block. */
const HOOKS: Readonly<Record<Autoencoders["input"], readonly [hookIn: string, hookOut?: string]>> = {
  mlp_out: ["hook_mlp_out"],
  mlp_post: ["mlp.hook_post"],
  mlp_in: ["ln2.hook_normalized", "hook_mlp_out"],
  mlp_resid: ["hook_resid_mid", "hook_mlp_out"],
  attn_out: ["hook_attn_out"],
  z: ["attn.hook_z"],
  resid_post: ["hook_resid_post"],
};

const check = signature(
  "saveAutoencoders",
  { folder: kind.text, autoencoders: kind.having("{ input, errors, blocks }", "input", "blocks") },
  { modelName: kind.text, config: kinds.modelConfig },
);

/**
 * Writes autoencoders in SAELens's files, a folder for each (`blocks.3.hook_mlp_out`), in float32: what `trainAutoencoders` and `pruneLatents`
 * made, for `loadAutoencoders` and other libraries to read. The folder appears when it is whole.
 *
 * Transcoders of `mlp_in` that were made for a norm with its weights (`normWeights`, a model that was loaded without folding them) go into the
 * files of a model with LayerNorm: there TransformerLens's hook lies behind the weights. With a root-mean-square norm it lies before them.
 *
 * @param folder a new folder
 * @throws AutocircuitError `bad-input` for a folder that is there, and for what these files cannot say (latents for each position, TopK of transcoders,
 *   TopK of which some were pruned, cross-layer transcoders, transcoders that read a root-mean-square norm with its weights); for those with a skip connection, of which the
 *   engine has the latents only; `not-finite` that names the autoencoder; `bad-file` where it cannot be written
 * @example
 * const { autoencoders } = await trainAutoencoders(task.model, task.train, { latents: 64 });
 * await saveAutoencoders("saes/own", autoencoders, { modelName: "gpt2" });
 * using set = await loadAutoencoders("saes/own");
 */
export async function saveAutoencoders(
  folder: string,
  autoencoders: Autoencoders,
  options: SaveAutoencodersOptions = {},
): Promise<void> {
  check({ folder, autoencoders }, options);
  if (existsSync(folder)) {
    throw new AutocircuitError("bad-input", `${folder} is there already: give the name of a new folder.`);
  }
  const placed = placedAutoencoders(autoencoders);
  for (const one of placed) requireWritable(one, options);
  const unfinished = `${folder}.unfinished-${process.pid}`;
  try {
    for (const one of placed) await saveOne(unfinished, one, options);
    renameSync(unfinished, folder);
  } catch (error) {
    // Where even this cannot be, the reason is the one that is told.
    if (existsSync(unfinished)) rmSync(unfinished, { recursive: true, force: true });
    throw cannotWrite(folder, error);
  }
}

function requireWritable(
  { block, input, normWeights, autoencoder }: PlacedAutoencoder,
  { config }: SaveAutoencodersOptions,
): void {
  const which = `saveAutoencoders: the autoencoder of ${input} of block ${block}`;
  if (hadSkip(autoencoder)) {
    throw new AutocircuitError(
      "bad-input",
      `${which} has a skip connection in the file that it was loaded from, and here its latents only: written without, it would compute something else. Keep ` +
        "that file, and the numbers of the latents that were kept (`keepLatents`).",
    );
  }
  if (normWeights && config === undefined) {
    throw new AutocircuitError(
      "bad-input",
      `${which} reads what a norm gives with its weights, which the files can say of LayerNorm only: give the model's configuration, \`config: model.config\`.`,
    );
  }
  const { encode, decodeLater, threshold, top = 0, rivals } = autoencoder;
  const problem = decodeLater?.length
    ? "writes to later blocks"
    : normWeights && config?.norm !== "layer"
      ? "reads what a norm that is no LayerNorm gives with its weights (load the model with `foldLn`, and train it there)"
      : encode.shape.length === 3
        ? "has latents for each position"
        : rivals
          ? "keeps the largest of more latents than are left of them (save them whole, and what was kept with what was found)"
          : top > 0 && threshold
            ? "has thresholds and keeps the largest of its latents too"
            : top > 0 && isTranscoder(input)
              ? "is a transcoder that keeps the largest of its latents"
              : undefined;
  if (problem !== undefined)
    throw new AutocircuitError("bad-input", `${which} ${problem}, which SAELens's files cannot say.`);
  const latents = encode.shape.at(-2) ?? 0;
  if (!Number.isSafeInteger(top) || top < 0 || top > latents) {
    throw new AutocircuitError(
      "bad-input",
      `saveAutoencoders: \`top\` of ${input} of block ${block} is ${top}, which has to be a whole number of at most its ${latents} latents, 0 for all.`,
    );
  }
}

async function saveOne(
  folder: string,
  { block, input, normWeights, autoencoder }: PlacedAutoencoder,
  { modelName }: SaveAutoencodersOptions,
): Promise<void> {
  const { encode, bias, decode, outBias, threshold, top = 0, latentNumbers, centeredWrites, valueBiases } = autoencoder;
  const [dSae, dIn] = encode.shape as [number, number];
  const [hookIn, hookOut] = HOOKS[input].map((hook) => `blocks.${block}.${hook}`) as [string, string?];
  const numbers = async (tensor: Tensor, name: string) => {
    using plain = tensor.detach().to("float32");
    const data = (await plain.data()) as Float32Array;
    if (data.every(Number.isFinite)) return { dtype: "F32" as const, shape: [...tensor.shape], data };
    throw new AutocircuitError(
      "not-finite",
      `saveAutoencoders: \`${name}\` of ${hookIn} holds numbers that are not finite.`,
    );
  };
  using transposed = encode.detach().transpose(0, 1).clone();
  const tensors = {
    W_enc: await numbers(transposed, "encode"),
    b_enc: await numbers(bias, "bias"),
    W_dec: await numbers(decode, "decode"),
    b_dec: await numbers(outBias, "outBias"),
    ...(threshold && { threshold: await numbers(threshold, "threshold") }),
  };
  const kindOf = threshold ? "jumprelu" : top > 0 ? "topk" : "standard";
  const architecture = hookOut === undefined ? kindOf : kindOf === "standard" ? "transcoder" : `${kindOf}_transcoder`;
  // Heads without any bias of values are those of a model whose norms were folded as well: their own biases are among these.
  const foldedNorms =
    normWeights !== undefined ? !normWeights : input === "z" && valueBiases === false ? true : undefined;
  const madeFor = [
    ...(centeredWrites === undefined ? [] : [["center_writing_weights", centeredWrites]]),
    ...(foldedNorms === undefined ? [] : [["fold_ln", foldedNorms]]),
    ...(valueBiases === undefined ? [] : [["fold_value_biases", !valueBiases]]),
  ];
  const config = {
    ...{ architecture, d_in: dIn, d_sae: dSae, dtype: "float32" },
    ...(hookOut !== undefined && { d_out: dIn }),
    ...(top > 0 && { k: top }),
    // The shift of inputs is part of the bias.
    ...{ apply_b_dec_to_input: false, normalize_activations: "none" },
    ...{ reshape_activations: input === "z" ? "hook_z" : "none" },
    metadata: {
      // Whose form the files have.
      sae_lens_version: "6.54.12",
      ...{ hook_name: hookIn, ...(hookOut !== undefined && { hook_name_out: hookOut }) },
      ...(modelName !== undefined && { model_name: modelName }),
      // How a loader is to process the model's weights.
      ...(madeFor.length > 0 && { model_from_pretrained_kwargs: Object.fromEntries(madeFor) }),
      // What other libraries leave alone: loaded here, latents that were kept are called what they were.
      ...(latentNumbers && { latent_numbers: latentNumbers }),
    },
  };
  const own = join(folder, hookIn);
  makeFolder(own);
  writeFileSync(join(own, "cfg.json"), `${JSON.stringify(config, null, 2)}\n`);
  await writeSafetensors(join(own, "sae_weights.safetensors"), tensors);
}
