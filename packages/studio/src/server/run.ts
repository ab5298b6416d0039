import type { RunAnswer, RunRequest } from "../api/index.ts";
import { chosenPair } from "./model/circuit-choice.ts";
import { outputsOf, placeOf } from "./model/outputs.ts";
import type { PromptRuns } from "./model/prompt-runs.ts";
import { tokenText } from "./model/token-text.ts";
import type { ScoreSets } from "./sets/score-sets.ts";

const USUAL_TOP = 10;

/**
 * One prompt through the full model, the circuit, and the circuit without the clicked edges: one pass of the model, or none where all of
 * it was run before.
 *
 * @throws AutocircuitError for what cannot be run; `aborted`
 */
export async function runPrompt(
  runs: PromptRuns,
  sets: ScoreSets,
  request: RunRequest,
  signal: AbortSignal,
): Promise<RunAnswer> {
  const started = performance.now();
  const { subject } = runs;
  const { circuit, patched } = chosenPair(sets, subject.model.graph, request);
  const prepared = await runs.prompt(request.prompt);
  const place = placeOf(prepared.positions, request.position);
  const full = await prepared.plain("clean", signal);
  const logits = await runs.logits(prepared, request.prompt, [circuit, patched], request, signal);
  const outputs = await outputsOf(full.logits, logits, {
    pair: prepared.batch.prompts[0]!,
    positions: prepared.positions,
    ...{ place, top: request.top ?? USUAL_TOP, tokenText: (id) => tokenText(subject, id, "output") },
  });
  return {
    ...{ circuitSize: circuit.size, patchedSize: patched.size },
    ...{ positions: prepared.positions, position: prepared.positions[place]! },
    ...{ full: outputs[0]!, circuit: outputs[1]!, patched: outputs[2]! },
    milliseconds: performance.now() - started,
  };
}
