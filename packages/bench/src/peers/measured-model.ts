import { type PatchableModel, PromptLoader } from "@autocircuit/core";
import { loadModel, loadParts, writeSafetensors } from "@autocircuit/models";
import { scope, type Tensor } from "@autocircuit/native";
import { randomAutoencoders } from "../autoencoder/random-autoencoders.ts";
import { configOf, randomModel, randomPrompts, randomWeights } from "../engine/random-model.ts";
import { RandomValues } from "../engine/random-values.ts";
import type { CasePrompts, ModelSource, SharedModel } from "./case.ts";
import { hookedConfig } from "./hooked-config.ts";

/** The model, with its output slice at the last position. */
export async function measuredModel(source: ModelSource): Promise<PatchableModel> {
  if ("spec" in source) {
    const plain = randomModel(source.spec, source.seed);
    if (source.latents === undefined) return plain;
    return plain.withAutoencoders(randomAutoencoders(source.spec, source.latents));
  }
  return loadModel(source.folder, { outputSlice: "last_seq", tokenizer: null });
}

/** Random prompts for it, in one batch; the same every time. */
export function measuredPrompts(source: ModelSource, vocab: number): PromptLoader {
  const { promptCount, seqLen } = "spec" in source ? source.spec : source;
  const seed = "spec" in source ? source.seed + 1 : 2;
  return randomPrompts({ layers: 0, heads: 0, dModel: 0, dMlp: 0, vocab, promptCount, seqLen }, seed);
}

/** The prompts that others were given, in one batch. */
export function promptsOf({ clean, corrupt, answers, wrongAnswers }: CasePrompts): PromptLoader {
  const pairs = clean.map((tokens, i) => ({
    clean: [...tokens],
    corrupt: [...corrupt[i]!],
    answers: [...answers[i]!],
    wrongAnswers: [...wrongAnswers[i]!],
  }));
  return new PromptLoader(pairs, { batchSize: pairs.length });
}

/** Writes the weights for others to read, and says what else they have to know. */
export async function shareModel(source: ModelSource, file: string): Promise<SharedModel> {
  using model = await measuredModel(source);
  const { config, graph } = model;
  const normWeights = await writeWeights(source, file);
  const autoencoders = await writeAutoencoders(source, `${file}.autoencoders`);
  const pairs = measuredPrompts(source, config.dVocab).prompts;
  const prompts = {
    clean: pairs.map((pair) => pair.clean),
    corrupt: pairs.map((pair) => pair.corrupt),
    answers: pairs.map((pair) => pair.answers),
    wrongAnswers: pairs.map((pair) => pair.wrongAnswers),
  } as CasePrompts;
  return {
    hooked: hookedConfig(config, normWeights),
    groups: graph.groups.map(({ module, kind, block, heads, sourceCount }) => ({
      module,
      kind,
      block,
      heads,
      sourceCount,
    })),
    edgeCount: graph.edgeCount,
    prompts,
    weights: file,
    autoencoders,
  };
}

/** Returns the file, where there are autoencoders. */
async function writeAutoencoders(source: ModelSource, file: string): Promise<string | undefined> {
  if (!("spec" in source) || source.latents === undefined) return undefined;
  const { blocks } = randomAutoencoders(source.spec, source.latents);
  const tensors = blocks.flatMap((one, block) =>
    (["encode", "bias", "decode"] as const).map((name) => [`blocks.${block}.${name}`, one![name]] as const),
  );
  await writeSafetensors(file, Object.fromEntries(tensors));
  return file;
}

/** Returns whether the norms have weights. */
async function writeWeights(source: ModelSource, file: string): Promise<boolean> {
  if (!("spec" in source)) {
    const { weights } = await loadParts(source.folder);
    using _ = weights;
    const tensors = Object.fromEntries(weights.names().map((name) => [name, weights.get(name)]));
    await writeSafetensors(file, tensors);
    return "blocks.0.ln1.w" in tensors;
  }
  await scope(async () => {
    const weights: Record<string, Tensor> = randomWeights(configOf(source.spec), new RandomValues(source.seed));
    await writeSafetensors(file, weights);
  });
  return false;
}
