import { badFile } from "@autocircuit/base";
import type { TransformerConfig } from "@autocircuit/native";
import { ConfigReader } from "../config-reader.ts";
import { findFamily } from "../hugging-face/families.ts";
import type { Family } from "../hugging-face/family.ts";
import type { Architecture } from "./architectures/architecture.ts";
import { architectureOf } from "./architectures/architectures.ts";
import { GgufFile } from "./gguf-file.ts";

/** Divisors of the rotary frequencies, as Llama 3.1 has them. */
export const ROTARY_FACTORS = "rope_freqs.weight";
const MOST_FACTORS = 2 ** 16;

/** A file's model: what it is in the words of `transformers`, and in the engine's. */
export interface GgufModel {
  readonly architecture: Architecture;
  readonly family: Family;
  /** What `config.json` would say. */
  readonly raw: ConfigReader;
  readonly config: TransformerConfig;
}

/** Reads the configuration of an open file. @throws AutocircuitError `bad-file` */
export async function ggufModel(file: GgufFile): Promise<GgufModel> {
  const architecture = architectureOf(file);
  const raw = new ConfigReader(architecture.config(file), `${file.path} (as config.json)`);
  const family = findFamily(raw);
  return { architecture, family, raw, config: await withRotaryFactors(family.config(raw), file) };
}

/** The same for a file that is not open. */
export async function ggufConfig(path: string): Promise<TransformerConfig> {
  await using file = await GgufFile.open(path);
  return (await ggufModel(file)).config;
}

/** Whether a file that is not open holds one matrix for embedding and unembedding. */
export async function ggufShares(path: string): Promise<boolean> {
  await using file = await GgufFile.open(path);
  const { family, raw } = await ggufModel(file);
  return family.tied(raw);
}

/** What a model is, in a few words: `llama (SmolLM2 135M), GGUF, Q4_1, Q8_0, F32`; types by what they take, the largest first. */
export async function ggufSummary(path: string): Promise<string> {
  await using file = await GgufFile.open(path);
  const { name } = architectureOf(file);
  const bytes = new Map<string, number>();
  for (const tensor of file.tensors.values()) bytes.set(tensor.type, (bytes.get(tensor.type) ?? 0) + tensor.bytes);
  const types = [...bytes].sort(([, a], [, b]) => b - a).map(([type]) => type);
  const title = file.metadata.raw("general.name");
  return [`${name}${typeof title === "string" && title !== "" ? ` (${title})` : ""}`, "GGUF", ...types].join(", ");
}

async function withRotaryFactors(config: TransformerConfig, file: GgufFile): Promise<TransformerConfig> {
  const stored = file.tensors.get(ROTARY_FACTORS);
  if (!stored || !config.rotary) return config;
  const expected = config.rotary.dim / 2;
  if (stored.size !== expected || expected > MOST_FACTORS)
    throw badFile(
      file.path,
      `${ROTARY_FACTORS} has ${stored.size} numbers; half a head's width, ${expected}, are needed.`,
    );
  const factors = await file.read(ROTARY_FACTORS);
  if (!factors.every((factor) => factor > 0 && Number.isFinite(factor)))
    throw badFile(file.path, `${ROTARY_FACTORS} holds numbers that frequencies cannot be divided by.`);
  const frequencies = config.rotary.frequencies.map((set) => set.map((frequency, i) => frequency / factors[i]!));
  return { ...config, rotary: { ...config.rotary, frequencies } };
}
