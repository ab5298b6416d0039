import { PatchableModel, type RunOptions, type Tokens } from "@autocircuit/core";
import type { ForwardResult, Tensor } from "@autocircuit/native";
import { priorities, type WorkQueue } from "./work-queue.ts";

/**
 * A model whose every pass waits for its turn in a queue: work that runs for hours with it lets what a person waits for go first, all of it
 * and not one pass of it at a time. It shares the transformer, which stays the original's.
 */
export class QueuedModel extends PatchableModel {
  readonly #queue: WorkQueue;
  readonly #signal: AbortSignal;

  /**
   * @param sliceBytes what the sources of a pass may take: the less, the sooner it is over
   * @param signal takes back what waits
   */
  constructor(model: PatchableModel, queue: WorkQueue, sliceBytes: number, signal: AbortSignal) {
    const { transformer, config, dtype, processing, outputSlice, seqLen, graph } = model;
    const { factorized, separateQkv, ungrouped } = graph.config;
    super({
      ...{ transformer, config, dtype, processing, outputSlice, seqLen, sliceBytes },
      ...{ factorized, separateQkv, ungrouped, byToken: graph.seqLen !== null },
      tokenizer: model.tokenizer ?? undefined,
      endTokens: [...model.endTokens],
    });
    this.#queue = queue;
    this.#signal = signal;
  }

  override run(tokens: Tokens | Tensor, options?: RunOptions): Promise<ForwardResult> {
    return this.#queue.run(priorities.discovery, this.#signal, () => super.run(tokens, options));
  }

  override dispose(): void {
    // The transformer is not its own.
  }
}
