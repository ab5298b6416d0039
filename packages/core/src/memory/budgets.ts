const MIB = 2 ** 20;
const GIB = 2 ** 30;

/**
 * What each part of a run may take where nothing else is said, in bytes, or, in {@link memoryShares}, of what is free. What such parts do take is
 * counted in `bytes.ts`; how many prompts or circuits follow from both is said where they are run.
 */
export const memoryBudgets = {
  /**
   * The outputs of all sources for prompts that are run together. With gradients a patched run holds about four times as much (ablation,
   * differences, their gradients, one block's inputs). 16 prompts of 15 tokens stay whole in GPT-2 small.
   */
  slice: 192 * MIB,
  /** The same on a GPU, where a pass of few prompts costs as much as one of many. */
  deviceSlice: GIB,
  /** The same where a pass is to be over soon: times are measured by it, or somebody waits for a click. */
  quickSlice: 16 * MIB,
  /** Logits that are held at once, of circuits until they are measured or of the full model to compare with. */
  heldLogits: 128 * MIB,
  /** Passes of circuits of which only answers are counted. */
  answering: 512 * MIB,
  /** Free memory of a GPU that does not say how much it has. */
  unknownDevice: 4 * GIB,
  /** Ablations of all batches that are held while circuits are looked for: at least, and at most. */
  heldAblations: { least: 256 * MIB, most: GIB },
  /** Prune scores of single prompts that are held: unasked, and where they are asked for. */
  heldScores: { unasked: 256 * MIB, asked: 4 * GIB },
  /**
   * Attention patterns with one score replaced, of which a head has as many as there are keys: those that are made at once where edges inside heads are
   * scored. What changes in them, and what that is worth, is held beside them, about three times as much.
   */
  replacedPatterns: 16 * MIB,
  /** Numbers that are drawn before they become a tensor: arrays have a largest length, and take twice what float32 is to. */
  drawnNumbers: 32 * MIB,
  /** Unpatched runs and ablations that the studio keeps of single prompts. */
  keptPrompts: 512 * MIB,
} as const;

/** Which share of what is free a part of a run may take, so that what else there is fits beside it. */
export const memoryShares = {
  /** Circuits that run together on a GPU. What they take is an estimate: allocators round up, kernels keep scratch space. */
  comparedCircuits: 1 / 2,
  /** Passes of circuits of which only answers are counted: what else they hold, ablations among it, is to fit beside them. */
  answering: 1 / 4,
  /** Ablations that are held while circuits are looked for: they are there the whole time, with all that runs. */
  heldAblations: 1 / 8,
} as const;
