import type { Tensor } from "@autocircuit/native";
import { hardConcrete, hardConcreteStart } from "./hard-concrete.ts";

/**
 * What turns trained parameters into masks: nothing, the logistic function, or a sample of the hard concrete distribution, another one
 * for each prompt.
 */
export type MaskFunction = "none" | "sigmoid" | "hard-concrete";

/** The names of the mask functions. */
export const maskFunctions: readonly MaskFunction[] = ["none", "sigmoid", "hard-concrete"];

/** Where parameters start, or minus where, unless something else is asked for. */
export function usualStart(maskFunction: MaskFunction): number {
  return maskFunction === "hard-concrete" ? hardConcreteStart : 0.5;
}

/** The same where circuits of given sizes are looked for: at masks that are nearly 0, as AutoCircuit's circuit probing does. */
export function startAtCircuits(maskFunction: MaskFunction): number {
  return maskFunction === "none" ? usualStart(maskFunction) : -hardConcreteStart;
}

/**
 * Masks of parameters.
 *
 * @param parameters `[E]`
 * @param noise uniform numbers for hard concrete, `[E]` or `[B, E]`; undefined for the others
 * @returns `[E]`, or `[B, E]` where noise has rows; gradients go to the parameters
 */
export function masksOf(maskFunction: MaskFunction, parameters: Tensor, noise: Tensor | undefined): Tensor {
  switch (maskFunction) {
    case "none":
      return parameters;
    case "sigmoid":
      return parameters.sigmoid();
    case "hard-concrete":
      return hardConcrete(parameters, noise!);
  }
}
