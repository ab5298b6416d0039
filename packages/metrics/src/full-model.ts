import { signature } from "@autocircuit/base";
import { coreKinds, overPrompts, type PatchableModel, type PromptLoader, type PromptSide } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";

const check = signature("FullModel", {
  model: coreKinds.patchableModel,
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
  readonly #model: PatchableModel;
  readonly #prompts: PromptLoader;
  readonly #outputs = new Map<PromptSide, Promise<readonly Tensor[]>>();

  constructor(model: PatchableModel, prompts: PromptLoader) {
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
      for await (const { run } of overPrompts(this.#model, this.#prompts, { signal }))
        outputs.push(
          await run(async (slices) => {
            const parts: Tensor[] = [];
            for await (const { slice } of slices)
              parts.push(await this.#model.forward(slice.tokens(side), signal && { signal }));
            return parts.length === 1 ? parts[0]! : Tensor.cat(parts);
          }),
        );
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
