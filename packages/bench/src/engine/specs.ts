/** Shape of a randomly weighted model and of the prompts it is measured with. */
export interface ModelSpec {
  layers: number;
  heads: number;
  dModel: number;
  /** Width of the MLPs; 0 for an attention-only model. */
  dMlp: number;
  vocab: number;
  promptCount: number;
  /** Tokens in a prompt. */
  seqLen: number;
}

/** What the suite measures. */
export interface SuiteSpec {
  /** Model of the forward passes and of edge attribution. */
  forward: ModelSpec;
  /** Numbers of edges to patch; and, for the tree, to keep. */
  edgeCounts: readonly number[];
  /** Sizes of the circuits that are run by tree patching, all in one call. */
  circuitSizes: readonly number[];
  /** Model of the ACDC run. */
  acdc: ModelSpec;
  /** A model so small that what an operation costs besides its arithmetic decides. */
  small: ModelSpec;
  repeats: number;
}

/**
 * GPT-2 small with 16 prompts of 15 tokens, ACDC on 4 attention-only layers of width 512 with 16 prompts of 20 tokens, and on 2 layers
 * of width 64.
 */
export const FULL: SuiteSpec = {
  forward: { layers: 12, heads: 12, dModel: 768, dMlp: 3072, vocab: 50257, promptCount: 16, seqLen: 15 },
  edgeCounts: [10, 100, 1000, 16000, 32491],
  circuitSizes: [10, 100, 1000, 5000, 16000, 32000],
  acdc: { layers: 4, heads: 8, dModel: 512, dMlp: 0, vocab: 48262, promptCount: 16, seqLen: 20 },
  small: { layers: 2, heads: 4, dModel: 64, dMlp: 256, vocab: 1000, promptCount: 16, seqLen: 20 },
  repeats: 5,
};

/** The same shapes as GPUs are used: GPT-2 small with 64 prompts, and ACDC with 50 prompts of 15 tokens. */
export const FULL_ON_GPU: SuiteSpec = {
  ...FULL,
  forward: { ...FULL.forward, promptCount: 64 },
  acdc: { ...FULL.acdc, promptCount: 50, seqLen: 15 },
  // Milliseconds each: more of them cost nothing and even out what one costs.
  repeats: 20,
};

/** The same on models that take seconds, for continuous integration: it shows that everything runs, not how fast. */
export const QUICK: SuiteSpec = {
  forward: { layers: 2, heads: 4, dModel: 64, dMlp: 128, vocab: 500, promptCount: 4, seqLen: 8 },
  edgeCounts: [10, 110],
  circuitSizes: [10, 60],
  acdc: { layers: 2, heads: 2, dModel: 32, dMlp: 0, vocab: 100, promptCount: 4, seqLen: 8 },
  small: { layers: 1, heads: 2, dModel: 16, dMlp: 32, vocab: 50, promptCount: 4, seqLen: 8 },
  repeats: 2,
};
