import type { Circuit, LoadedTask } from "@autocircuit/core";
import { type CircuitTests, testCircuit } from "@autocircuit/metrics";
import { Progress } from "../support/progress.ts";
import type { DiscoverSettings } from "./settings.ts";

/** Tests the circuit that was found on the prompts to measure on. */
export async function testFound(
  { model, test }: LoadedTask,
  circuit: Circuit,
  { ablation, seed }: DiscoverSettings,
  signal: AbortSignal,
): Promise<CircuitTests> {
  using progress = new Progress("tests");
  return await testCircuit(model, test, circuit, {
    ...{ ablation, seed, signal },
    onProgress: ({ done, total }) => progress.update(done, total),
  });
}
