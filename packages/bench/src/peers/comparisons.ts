import { FULL_AUTOENCODERS, QUICK_AUTOENCODERS } from "../autoencoder/run-autoencoder.ts";
import type { ModelSpec } from "../engine/specs.ts";
import { FULL, QUICK } from "../engine/specs.ts";
import type { ModelSource, What } from "./case.ts";

/** The other tools. */
export const peers = ["TransformerLens", "AutoCircuit", "EAP-IG"] as const;
/** One of them. */
export type Peer = (typeof peers)[number];

/** One thing that several tools do. */
export interface PeerComparison {
  name: string;
  /** In words, for tables. */
  title: string;
  model: ModelSource;
  what: What;
  /** How many edges are patched, as a share of all from 0 to 1 where it is below 1. */
  patched?: number;
  peers: readonly Peer[];
  /** Timed rounds, after one that is not. */
  repeats: number;
  /** Edges that another tool's ACDC visits: all would take it many minutes. */
  acdcEdgeCount?: number;
  /** Seconds all of it takes on two cores of 2021 (AMD Zen 3), for what is said at the start. */
  expected: number;
}

/** Two layers of width 64, 16 prompts of 20 tokens: the size of models that are compiled or trained on a toy task. */
const SMALL: ModelSpec = { layers: 2, heads: 4, dModel: 64, dMlp: 256, vocab: 1000, promptCount: 16, seqLen: 20 };

/** Latents a block of the comparison with the reference, and prompts: with 8 it does not fit into 20 GiB. */
const [LATENTS, LATENT_PROMPTS] = [200, 2];

/** The shapes of `bench engine`, and a small one. */
export function fullComparisons(): PeerComparison[] {
  return [
    ...onModel({ spec: FULL.forward, seed: 1 }, "GPT-2 small's shape"),
    ...latentsOn(
      { spec: { ...FULL_AUTOENCODERS.model, promptCount: LATENT_PROMPTS }, seed: 1, latents: LATENTS },
      2,
      120,
    ),
    ...acdcOn({ spec: FULL.acdc, seed: 3 }, "acdc", "4 attention-only layers of width 512", 24, 120),
    ...acdcOn({ spec: SMALL, seed: 5 }, "small", "2 layers of width 64", 200, 60),
  ];
}

/** The same on models that take seconds: shows that everything runs and that the numbers agree. */
export function quickComparisons(): PeerComparison[] {
  const quick = [
    ...onModel({ spec: QUICK.forward, seed: 1 }, "2 layers of width 64"),
    ...latentsOn({ spec: QUICK_AUTOENCODERS.model, seed: 1, latents: 20 }, 2, 30),
    ...acdcOn({ spec: QUICK.acdc, seed: 3 }, "acdc", "2 attention-only layers of width 32", 8, 40),
  ];
  return quick.map((comparison) => ({ ...comparison, repeats: 2, expected: 30 }));
}

/** Passes and attribution on a real model. */
export function modelComparisons(folder: string, promptCount: number, seqLen: number): PeerComparison[] {
  return onModel({ folder, promptCount, seqLen }, folder);
}

function onModel(model: ModelSource, title: string): PeerComparison[] {
  const base = { model, repeats: 5 } as const;
  return [
    {
      ...base,
      name: "plain",
      title: `plain forward, ${title}`,
      what: "plain",
      peers: ["TransformerLens", "AutoCircuit"],
      expected: 80,
    },
    {
      ...base,
      name: "plain-all-positions",
      title: "the same, logits of all positions",
      what: "plain-all-positions",
      peers: ["TransformerLens"],
      expected: 40,
    },
    {
      ...base,
      name: "patched-100",
      title: "100 edges patched",
      what: "patched",
      patched: 100,
      peers: ["AutoCircuit"],
      expected: 80,
    },
    {
      ...base,
      name: "patched-half",
      title: "half of all edges patched",
      what: "patched",
      patched: 0.5,
      peers: ["AutoCircuit"],
      expected: 90,
    },
    {
      ...base,
      name: "edge-attribution",
      title: "scores of all edges by edge attribution",
      what: "edge-attribution",
      peers: ["AutoCircuit", "EAP-IG"],
      repeats: 2,
      expected: 270,
    },
  ];
}

/** Attribution with the latents of autoencoders as sources: as many as AutoCircuit, which makes what each of them writes, can take. */
function latentsOn(
  model: ModelSource & { spec: ModelSpec; latents: number },
  repeats: number,
  expected: number,
): PeerComparison[] {
  const title = `the same of ${model.spec.promptCount} prompts, ${model.latents} latents in the place of each MLP`;
  return [{ name: "latents", title, model, what: "edge-attribution", peers: ["AutoCircuit"], repeats, expected }];
}

function acdcOn(
  model: ModelSource,
  name: string,
  title: string,
  acdcEdgeCount: number,
  expected: number,
): PeerComparison[] {
  return [
    {
      name: `${name}-plain`,
      title: `plain forward, ${title}`,
      model,
      what: "plain",
      peers: ["TransformerLens", "AutoCircuit"],
      repeats: 5,
      expected: 40,
    },
    {
      name: `${name}-per-edge`,
      title: "ACDC, per edge",
      model,
      what: "acdc",
      peers: ["AutoCircuit"],
      repeats: 2,
      acdcEdgeCount,
      expected,
    },
  ];
}
