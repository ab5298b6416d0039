import { kind, signature } from "@autocircuit/base";
import type { PatchableModel, PromptLoader, PromptSide } from "@autocircuit/core";
import { coreKinds } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";

const check = signature("FullModel", {
  model: kind.having("a PatchableModel", "forward"),
  prompts: coreKinds.promptLoader,
});
const checkSide = signature("FullModel.logits", { side: coreKinds.promptSide });

/** Outputs of the unpatched model: logits over the output slice, one tensor a batch. */
export interface FullOutputs {
  logits(side: PromptSide, options?: { signal?: AbortSignal }): Promise<readonly Tensor[]>;
}

/**
 * Outputs of the unpatched model on every batch, which most metrics compare with. Computed when first asked for and
 * kept until disposed; share one between several metrics to run the model once.
 *
 * @example
 * using full = new FullModel(task.model, task.test);
 * const divergence = await klDivergence(task.model, task.test, runs, { full });
 * const agreement = await argmaxAgreement(task.model, task.test, runs, { full });
 */
export class FullModel implements FullOutputs, Disposable {
  readonly #model: Pick<PatchableModel, "forward">;
  readonly #prompts: PromptLoader;
  readonly #outputs = new Map<PromptSide, Promise<readonly Tensor[]>>();

  constructor(model: Pick<PatchableModel, "forward">, prompts: PromptLoader) {
    check({ model, prompts });
    this.#model = model;
    this.#prompts = prompts;
  }

  /** Logits over the output slice, one tensor a batch. They stay the property of this object. */
  logits(side: PromptSide, options: { signal?: AbortSignal } = {}): Promise<readonly Tensor[]> {
    checkSide({ side });
    let outputs = this.#outputs.get(side);
    if (outputs === undefined) {
      outputs = this.#run(side, options);
      outputs.catch(() => this.#outputs.delete(side));
      this.#outputs.set(side, outputs);
    }
    return outputs;
  }

  async #run(side: PromptSide, { signal }: { signal?: AbortSignal }): Promise<Tensor[]> {
    const outputs: Tensor[] = [];
    try {
      for (const batch of this.#prompts.batches)
        outputs.push(await this.#model.forward(batch[side], signal && { signal }));
      return outputs;
    } catch (error) {
      disposeAll(outputs);
      throw error;
    }
  }

  /** Frees the outputs, also those still being computed. */
  [Symbol.dispose](): void {
    for (const outputs of this.#outputs.values()) outputs.then(disposeAll, () => undefined);
    this.#outputs.clear();
  }
}

function disposeAll(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
