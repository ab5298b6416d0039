import { readdirSync } from "node:fs";
import { join } from "node:path";
import { badFile } from "@autocircuit/base";
import type { ConfigReader } from "@autocircuit/models";
import { unrectifiedJumpRelu } from "../activations/jump-relu.ts";
import { relu } from "../activations/relu.ts";
import type { CrossLayerParts } from "../cross-layer-transcoder.ts";
import { checkedDecoder } from "../decoder.ts";
import { openSafetensors } from "../files/safetensors.ts";
import { storedWeights } from "../made-for.ts";
import { Weights } from "../weights.ts";
import { blockFiles, requireBlocks } from "./block-files.ts";
import type { FormatContext, FormatParts } from "./format.ts";

/** Reads `W_enc_I.safetensors` and `W_dec_I.safetensors` of all blocks. */
export async function loadCircuitTracerCrossLayer(
  folder: string,
  raw: ConfigReader,
  context: FormatContext,
): Promise<FormatParts> {
  const names = readdirSync(folder);
  const encoders = blockFiles(folder, names, /^W_enc_(\d+)\.safetensors$/);
  const lacking = encoders.findIndex((_, block) => !names.includes(`W_dec_${block}.safetensors`));
  if (lacking >= 0)
    throw badFile(
      folder,
      `has ${encoders[lacking]}, but no W_dec_${lacking}.safetensors. Fetch the files of all blocks.`,
    );
  const layers: CrossLayerParts[] = [];
  for (const [block, file] of encoders.entries()) {
    await using weights = new Weights(await openSafetensors(join(folder, file)), context);
    await using writing = new Weights(await openSafetensors(join(folder, `W_dec_${block}.safetensors`)), context);
    const [dSae, dIn] = weights.shape(`W_enc_${block}`, 2) as [number, number];
    const dOut = writing.shape(`W_dec_${block}`, 3)[2]!;
    const threshold = await weights.maybe(`threshold_${block}`, [dSae]);
    const encoder = {
      weight: (await weights.load(`W_enc_${block}`, [dSae, dIn])).transpose(0, 1),
      bias: await weights.load(`b_enc_${block}`, [dSae]),
      activation: threshold ? await unrectifiedJumpRelu(threshold) : relu,
    };
    const targets = encoders.length - block;
    requireBlocks(writing.path, block + writing.shape(`W_dec_${block}`, 3)[1]!, encoders.length);
    const rows = await writing.stored(`W_dec_${block}`, [dSae, targets, dOut]);
    const decoders = await Promise.all(
      Array.from({ length: targets }, (_, later) => checkedDecoder(rows.select(1, later), writing)),
    );
    const outputBias = await weights.load(`b_dec_${block}`, [dOut]);
    weights.finish([]);
    writing.finish([]);
    layers.push({ encoder, decoders, outputBias });
  }
  const [hookIn, hookOut] = [raw.string("feature_input_hook"), raw.string("feature_output_hook")];
  const modelName = raw.has("model_name") ? raw.string("model_name") : undefined;
  return { crossLayer: { path: folder, hookIn, hookOut, modelName, madeFor: storedWeights, layers } };
}
