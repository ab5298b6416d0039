import type { Circuit, LoadedTask } from "@autocircuit/core";
import { type CircuitTests, testCircuit } from "@autocircuit/metrics";
import { Progress } from "../support/progress.ts";
import { testLines } from "../test-circuit/test-lines.ts";
import type { DiscoverSettings } from "./settings.ts";

/** What the tests of a circuit came to, and what they cannot show. */
export interface FoundTests extends CircuitTests {
  readonly notes: readonly string[];
}

/** Tests the circuit that was found on the prompts to measure on. */
export async function testFound(
  { model, test }: LoadedTask,
  circuit: Circuit,
  { ablation, seed }: DiscoverSettings,
  signal: AbortSignal,
): Promise<FoundTests> {
  using progress = new Progress("tests");
  const tested = await testCircuit(model, test, circuit, {
    ...{ ablation, seed, signal },
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  return { ...tested, notes: testLines(tested) };
}
