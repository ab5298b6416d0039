import type { PatchType } from "@autocircuit/core";
import { scope, type Tensor } from "@autocircuit/native";
import { hardConcreteShift } from "../masks/hard-concrete.ts";
import { type MaskFunction, masksOf } from "../masks/mask-function.ts";

/** What {@link sizeTerm} depends on. */
export interface SizeTermOptions {
  readonly maskFunction: MaskFunction;
  /** Whether masks ablate what is outside the circuit, or patch what is in it. */
  readonly patch: PatchType;
  /** Size up to which edges cost nothing. */
  readonly circuitSize: number | undefined;
  /** Numbers of edges that are to stay out of the circuit. */
  readonly avoid: readonly number[];
  /** Weight of the avoided edges beside the size. */
  readonly avoidLambda: number;
}

/**
 * How large the circuit of some masks is, as a share of the graph's edges, or, with a circuit size, how many more edges than that it has, as
 * a share of it; and how likely the avoided edges are to be in it. A scalar with gradients.
 *
 * @param parameters `[E]`
 * @param noise uniform numbers `[E]` for hard concrete: the size is that of one sample
 */
export function sizeTerm(parameters: Tensor, noise: Tensor | undefined, options: SizeTermOptions): Tensor {
  const { maskFunction, patch, circuitSize, avoid, avoidLambda } = options;
  return scope(() => {
    const edgeCount = parameters.size;
    const sum = masksOf(maskFunction, parameters, noise).sum();
    const inCircuit = patch === "tree" ? sum.neg().add(edgeCount) : sum;
    const share =
      circuitSize === undefined ? inCircuit.div(edgeCount) : inCircuit.sub(circuitSize).relu().div(circuitSize);
    if (avoid.length === 0) return share;
    const avoided = likelihood(parameters.indexSelect(0, avoid), maskFunction).mean().mul(avoidLambda);
    return patch === "tree" ? share.sub(avoided) : share.add(avoided);
  });
}

/** How likely masks are to be above 0: where they are no samples, as they say themselves. */
function likelihood(parameters: Tensor, maskFunction: MaskFunction): Tensor {
  if (maskFunction === "hard-concrete") return parameters.sub(hardConcreteShift).sigmoid();
  return masksOf(maskFunction, parameters, undefined);
}
