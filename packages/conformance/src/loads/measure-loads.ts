import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadAutoencoders } from "@autocircuit/autoencoders";
import { loadTransformer, readConfig, SafetensorsFile } from "@autocircuit/models";
import { type ComputeDType, scope, Tensor } from "@autocircuit/native";
import { outputsOf } from "../check-autoencoder.ts";
import { readJson } from "../check-patching.ts";
import { findCases } from "../find-cases.ts";
import { ExpectedTensors } from "../read-safetensors.ts";

/** What logits are compared in. */
export const loadTypes = ["float32", "bfloat16", "float16"] as const satisfies readonly ComputeDType[];

/** A checkpoint that was loaded and compared with what `transformers` computes from it. */
export interface LoadedCheckpoint {
  /** The family by its name in `transformers`, or what the model is called. */
  readonly name: string;
  readonly size: { blocks: number; heads: number; keyValueHeads: number; width: number; vocabulary: number };
  readonly tokens: number;
  /** Largest difference of a logit from `transformers` in float32, as a share of the largest logit. */
  readonly differences: Readonly<Record<(typeof loadTypes)[number], number>>;
}

/** A format of autoencoders, and what its libraries compute beside what is computed here. */
export interface LoadedFormat {
  readonly format: string;
  readonly cases: number;
  /** Largest difference of a latent, as a share of the largest of its file. */
  readonly latents: number;
}

const AS_STORED = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };

/** Loads every checkpoint of the conformance data that has logits of `transformers`, in three types, and says how far off they are. */
export async function measureCheckpoints(folders: readonly string[]): Promise<LoadedCheckpoint[]> {
  const rows: LoadedCheckpoint[] = [];
  for (const { path } of findCases(folders).filter(({ kind }) => kind === "checkpoint")) {
    const { tokens } = readJson(path, "inputs.json") as { tokens: number[][] };
    const wanted = new ExpectedTensors(join(path, "expected.safetensors")).get("logits").data;
    rows.push(await measured(basename(path), path, tokens, async (logits) => [await logits.data(), wanted]));
  }
  return rows.filter(({ name }, at) => rows.findIndex((other) => other.name === name) === at);
}

/** The same of a trained model, whose expected logits are those after the last token of texts. */
export async function measureTrained(name: string, path: string, expected: string): Promise<LoadedCheckpoint> {
  const { tokens } = JSON.parse(readFileSync(join(expected, "expected.json"), "utf8")) as { tokens: number[][] };
  await using file = await SafetensorsFile.open(join(expected, "expected.safetensors"));
  const wanted = new Float32Array(await file.read("logits"));
  const last = ({ shape }: Tensor, at: number) => wanted.subarray(at * shape[2]!, (at + 1) * shape[2]!);
  return measured(name, path, tokens, async (logits, at) => [
    await logits.select(1, logits.shape[1]! - 1).data(),
    last(logits, at),
  ]);
}

type Compared = readonly [found: ArrayLike<number | bigint>, wanted: ArrayLike<number>];

/** Texts of different lengths run one by one. */
async function measured(
  name: string,
  path: string,
  tokens: readonly (readonly number[])[],
  compared: (logits: Tensor, at: number) => Promise<Compared>,
): Promise<LoadedCheckpoint> {
  const equal = tokens.every(({ length }) => length === tokens[0]!.length);
  const batches = equal && !existsSync(join(path, "tokenizer.json")) ? [tokens] : tokens.map((ids) => [ids]);
  const config = await readConfig(path);
  const differences: Record<string, number> = {};
  for (const dtype of loadTypes) {
    using model = (await loadTransformer(path, { ...AS_STORED, dtype })).transformer;
    const off: number[] = [];
    for (const [at, ids] of batches.entries())
      await scope(async () => {
        const { logits } = await model.forward({ tokens: Tensor.from(ids as number[][], { dtype: "int64" }) });
        off.push(shareOf(...(await compared(logits!.to("float32"), at))));
      });
    differences[dtype] = Number(Math.max(...off).toPrecision(2));
  }
  const { layers, heads, kvHeads, dModel, dVocab } = config;
  return {
    name,
    size: { blocks: layers, heads, keyValueHeads: kvHeads ?? heads, width: dModel, vocabulary: dVocab },
    tokens: tokens.flat().length,
    differences: differences as LoadedCheckpoint["differences"],
  };
}

/** Opens every case of autoencoders as it is stored, and compares latents. */
export async function measureAutoencoders(folders: readonly string[]): Promise<LoadedFormat[]> {
  const rows = new Map<string, LoadedFormat>();
  for (const { path } of findCases(folders).filter(({ kind }) => kind === "autoencoder")) {
    const meta = readJson(path, "meta.json") as { load: string; scale: number | null; repo?: string; ties?: boolean };
    const from = (name: string) => new ExpectedTensors(join(path, name));
    const { shape, data } = from("inputs.safetensors").get("inputs");
    using inputs = Tensor.from(data as Float32Array, { shape });
    using set = await loadAutoencoders(join(path, "files", meta.load), {
      autoencoderScale: meta.scale ?? undefined,
      repo: meta.repo,
    });
    const known = rows.get(set.format) ?? { format: set.format, cases: 0, latents: 0 };
    // Of latents that tie another may be the one that stays.
    const wanted = () => from("expected.safetensors").get("latents").data;
    const off = meta.ties ? 0 : shareOf((await outputsOf(set, inputs)).latents.data, wanted());
    const latents = Math.max(known.latents, Number(off.toPrecision(2)));
    rows.set(set.format, { format: set.format, cases: known.cases + 1, latents });
  }
  return [...rows.values()].sort((a, b) => a.format.localeCompare(b.format, "en"));
}

/** Largest difference as a share of the largest wanted number. */
function shareOf(found: ArrayLike<number | bigint>, wanted: ArrayLike<number>): number {
  let [off, largest] = [found.length === wanted.length ? 0 : Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < wanted.length; i++) {
    off = Math.max(off, Math.abs(Number(found[i]) - wanted[i]!));
    largest = Math.max(largest, Math.abs(wanted[i]!));
  }
  return off / largest;
}
