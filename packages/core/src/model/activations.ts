import { AutocircuitError, type KindsOf, suggest } from "@autocircuit/base";
import { hookKinds, type Tensor } from "@autocircuit/native";
import type { Tokens } from "../prompts/tokens.ts";
import { edgeMask, requireBoth } from "./edge-mask.ts";
import { type ForwardOptions, forwardOptions } from "./model-options.ts";
import type { RunningModel } from "./sized-model.ts";

/** Options of {@link PatchableModel.activations}. */
export interface ActivationsOptions
  extends Pick<ForwardOptions, "ablate" | "ablation" | "replace" | "start" | "signal"> {
  /** Values at these positions only (of patterns: of these queries). Default: at all. */
  readonly positions?: readonly number[] | undefined;
}

const { ablate, ablation, replace, start, signal } = forwardOptions;

/** What {@link ActivationsOptions} may be. */
export const activationsOptions: KindsOf<ActivationsOptions> = {
  positions: hookKinds.hookPositions!,
  ablate,
  ablation,
  replace,
  start,
  signal,
};

/** Values of hook points, disposed together. */
export class Activations implements Disposable {
  readonly names: readonly string[];
  readonly #values: ReadonlyMap<string, Tensor>;

  constructor(values: ReadonlyMap<string, Tensor>) {
    this.names = [...values.keys()];
    this.#values = values;
  }

  /** The value of one hook point. @throws AutocircuitError `unknown-name` for one that was not asked for. */
  of(name: string): Tensor {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    throw new AutocircuitError("unknown-name", `\`${name}\` was not asked for. ${suggest(name, this.names)}`);
  }

  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** See {@link PatchableModel.activations}. */
export async function activationsOf(
  model: RunningModel,
  tokens: Tokens,
  hooks: readonly string[],
  options: ActivationsOptions,
): Promise<Activations> {
  const { ablate, ablation, positions, ...rest } = options;
  if (hooks.length === 0) throw new AutocircuitError("bad-input", "`hooks` is empty: name one hook point at least.");
  requireBoth(ablate, ablation);
  const names = [...new Set(hooks)];
  const masking = ablate === undefined ? undefined : edgeMask(model.graph, ablate, tokens.size);
  try {
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const result = await model.run(tokens, {
      ...given,
      logits: false,
      hooks: names,
      ...(positions && { hookPositions: positions }),
      ...(masking && ablation && { patch: { graph: model.graph.toNative(), mask: masking.mask, ablation } }),
    });
    return new Activations(new Map(names.map((name, i) => [name, result.hooks![i]!])));
  } finally {
    if (masking?.owned) masking.mask.dispose();
  }
}
