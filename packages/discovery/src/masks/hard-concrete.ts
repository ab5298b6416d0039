import type { Tensor } from "@autocircuit/native";

/** The interval that samples are stretched to before they are cut to 0 and 1. */
const [LEFT, RIGHT] = [-0.1, 1.1];
/** What log-odds are divided by. */
export const hardConcreteTemperature: number = 2 / 3;

/** Uniform numbers are kept this far from 0 and 1, where their log-odds end. */
const NEAREST = 1e-4;

/** Where a parameter starts that is to give a mask of 0.9 in the middle of the distribution: ln 5. */
export const hardConcreteStart: number = logOdds((0.9 - LEFT) / (RIGHT - LEFT));

/** A sample is above 0 with probability `sigmoid(parameter - hardConcreteShift)`. */
export const hardConcreteShift: number = hardConcreteTemperature * Math.log(-LEFT / RIGHT);

/**
 * Samples of the hard concrete distribution (Louizos, Welling and Kingma 2018, "Learning Sparse Neural Networks through L0
 * Regularization", section 2.2): numbers from 0 to 1, both ends with a probability of their own, that carry gradients to the parameters.
 *
 * @param parameters log-odds `[E]`
 * @param noise uniform numbers from 0 to 1, `[E]`, or `[B, E]` for a sample for each of B prompts
 * @returns of the shape of `noise`
 */
export function hardConcrete(parameters: Tensor, noise: Tensor): Tensor {
  const uniform = noise.clamp(NEAREST, 1 - NEAREST);
  const oneMinus = uniform.neg().add(1);
  const odds = uniform.log().sub(oneMinus.log());
  return odds
    .add(parameters)
    .div(hardConcreteTemperature)
    .sigmoid()
    .mul(RIGHT - LEFT)
    .add(LEFT)
    .clamp(0, 1);
}

function logOdds(probability: number): number {
  return Math.log(probability / (1 - probability));
}
