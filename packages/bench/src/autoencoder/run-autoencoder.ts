import { formatMebibytes } from "@autocircuit/base";
import { type PatchableModel, type PromptLoader, setMaxEdges } from "@autocircuit/core";
import { edgeAttribution } from "@autocircuit/discovery";
import { disposeAutoencoders, memory } from "@autocircuit/native";
import { randomModel, randomPrompts } from "../engine/random-model.ts";
import type { ModelSpec } from "../engine/specs.ts";
import { interleave } from "../interleave.ts";
import { machine } from "../machine.ts";
import { measured } from "../measured.ts";
import { median } from "../statistics.ts";
import { type LatentKind, randomAutoencoders } from "./random-autoencoders.ts";

/** What is measured. */
export interface AutoencoderSpec {
  model: ModelSpec;
  /** Latents of a block, of autoencoders of MLP outputs. */
  latents: readonly number[];
  /** Latents of a block, of transcoders of each block and of cross-layer ones. */
  transcoded: readonly number[];
  /** Latents that are active at a token (TopK). */
  active: number;
  repeats: number;
}

/**
 * GPT-2 small with 8 prompts of 15 tokens, 40 latents active a token: all 24,576 of a block as its sources, and 200 that were kept; 2,048 of
 * transcoders, as the 78 decoders of cross-layer ones lie in memory twice while they are made.
 */
export const FULL_AUTOENCODERS: AutoencoderSpec = {
  model: { layers: 12, heads: 12, dModel: 768, dMlp: 3072, vocab: 50257, promptCount: 8, seqLen: 15 },
  latents: [200, 24576],
  transcoded: [2048],
  active: 40,
  repeats: 3,
};

/** The same on a model that takes seconds. */
export const QUICK_AUTOENCODERS: AutoencoderSpec = {
  model: { layers: 2, heads: 4, dModel: 64, dMlp: 128, vocab: 500, promptCount: 4, seqLen: 8 },
  latents: [20, 300],
  transcoded: [100],
  active: 8,
  repeats: 2,
};

/** What latents are of, in the benchmark. */
const kinds: Readonly<Record<LatentKind, string>> = {
  mlp_out: "latents a block",
  mlp_in: "of transcoders",
  across: "of cross-layer ones",
};

/** What came out for one number of latents; without any for 0. */
export interface AutoencoderResult {
  kind: LatentKind;
  latents: number;
  edgeCount: number;
  /** Median processor seconds of all threads: of a plain forward pass, and of the attribution of all edges. */
  forward: number;
  attribution: number;
  /** `attribution` as a multiple of the plain forward pass with the same autoencoders. */
  timesForward: number;
  /** And of edge attribution without autoencoders. */
  timesWithout: number;
  /** Most memory resident during the attribution beyond what was before it, the weights: mask and scores are part of it. */
  bytesBeyondWeights: number;
}

/** What `bench autoencoder` writes. */
export interface AutoencoderReport {
  machine: ReturnType<typeof machine>;
  results: readonly AutoencoderResult[];
}

/** Measures attribution of all edges with latents as sources, in turns with plain forward passes and with the model without. */
export async function runAutoencoderSuite(
  { model: spec, latents, transcoded, active, repeats }: AutoencoderSpec,
  onStep: (text: string) => void,
): Promise<AutoencoderReport> {
  setMaxEdges(2 ** 27);
  using plain = randomModel(spec);
  using prompts = randomPrompts(spec);
  const results: AutoencoderResult[] = [];
  const cases: [LatentKind, number][] = [0, ...latents].map((count) => ["mlp_out", count]);
  for (const count of transcoded) cases.push(["mlp_in", count], ["across", count]);
  for (const [kind, count] of cases) {
    onStep(`${count} ${kinds[kind]}`);
    const made = count === 0 ? undefined : randomAutoencoders(spec, count, { kind, top: Math.min(active, count) });
    using latent = made && plain.withAutoencoders(made);
    if (made) disposeAutoencoders(made);
    results.push({ kind, latents: count, ...(await measure(latent ?? plain, plain, prompts, repeats)) });
  }
  setMaxEdges();
  return { machine: machine(), results };
}

async function measure(
  model: PatchableModel,
  plain: PatchableModel,
  prompts: PromptLoader,
  repeats: number,
): Promise<Omit<AutoencoderResult, "kind" | "latents">> {
  const batch = prompts.batches[0]!;
  const seconds = new Map<string, number[]>();
  const attribute = async (of: PatchableModel) => void (await edgeAttribution(of, prompts));
  await interleave(
    [
      { name: "forward", run: async () => (await model.forward(batch.clean)).dispose() },
      { name: "attribution", run: () => attribute(model) },
      { name: "without", run: () => attribute(plain) },
    ],
    repeats,
    undefined,
    (name, took) => seconds.set(name, [...(seconds.get(name) ?? []), took]),
  );
  const of = (name: string) => median(seconds.get(name)!);
  const { rssBytes } = await memory();
  const { cost } = await measured(() => attribute(model));
  return {
    edgeCount: model.graph.edgeCount,
    forward: of("forward"),
    attribution: of("attribution"),
    timesForward: of("attribution") / of("forward"),
    timesWithout: of("attribution") / of("without"),
    bytesBeyondWeights: cost.peakBytes - rssBytes,
  };
}

/** The report as lines for people. */
export function formatAutoencoderReport({ machine, results }: AutoencoderReport): string {
  const lines = results.map(
    ({ kind, latents, edgeCount, forward, attribution, timesForward, timesWithout, bytesBeyondWeights }) =>
      [
        `${latents.toLocaleString("en-US")} ${kinds[kind]}`.padEnd(26),
        `${(edgeCount / 1e6).toFixed(2)} million edges`.padStart(20),
        `forward ${forward.toFixed(2)} s`.padStart(16),
        `attribution ${attribution.toFixed(2)} s`.padStart(20),
        `${timesForward.toFixed(2)} forwards`.padStart(16),
        `${timesWithout.toFixed(2)} x without`.padStart(16),
        `${formatMebibytes(bytesBeyondWeights)} beyond weights`.padStart(26),
      ].join("  "),
  );
  return [`${machine.cpu}, ${machine.cores} cores; processor time of all threads`, ...lines].join("\n");
}
