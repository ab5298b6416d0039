import { AutocircuitError } from "@autocircuit/base";
import { patchPlan } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import type { AttentionAnswer, AttentionRequest } from "../api/index.ts";
import { libraryCircuit } from "./model/chosen-circuit.ts";
import { chosenPair } from "./model/circuit-choice.ts";
import type { PromptRuns } from "./model/prompt-runs.ts";
import { tokenText } from "./model/token-text.ts";
import type { ScoreSets } from "./sets/score-sets.ts";

/**
 * Where one head looks on one prompt: in the full model on the clean prompt, and in the circuit without the clicked edges, on the prompt that
 * such a circuit is run on.
 *
 * @throws AutocircuitError `bad-input` for a head that is not there; as {@link runPrompt} does
 */
export async function attentionOf(
  runs: PromptRuns,
  sets: ScoreSets,
  request: AttentionRequest,
  signal: AbortSignal,
): Promise<AttentionAnswer> {
  const { subject } = runs;
  const { model } = subject;
  const { layers, heads } = model.config;
  const { block, head } = request;
  if (block >= layers || head >= heads)
    throw new AutocircuitError(
      "bad-input",
      `There is no head A${block}.${head}: blocks go from 0 to ${layers - 1}, heads from 0 to ${heads - 1}.`,
    );
  const patched = libraryCircuit(model.graph, chosenPair(sets, model.graph, request).patched);
  const prepared = await runs.prompt(request.prompt);
  const { batch } = prepared;
  const plan = patchPlan(request.patch, false);
  const hook = `blocks.${block}.attn.hook_pattern`;
  const rowsOf = async (pattern: Tensor): Promise<number[][]> => {
    using one = pattern.select(0, 0).select(0, head);
    return (await one.toArray()) as number[][];
  };
  using plain = await model.activations(batch.clean, [hook], { signal });
  const ablation = await runs.ablation(prepared, request.prompt, request.ablation, plan.ablateFrom, signal);
  const ablate = request.patch === "edge" ? patched.mask() : patched.complement();
  using ablated = await model.activations(batch.tokens(plan.run), [hook], { ablate, ablation, signal });
  const [full, other] = [await rowsOf(plain.of(hook)), await rowsOf(ablated.of(hook))];
  const before = full[0]!.length - batch.seqLen;
  const pattern = (rows: readonly number[][]) => ({
    rows: rows.map((row) => row.slice(before)),
    prefix: rows.map((row) => row.slice(0, before).reduce((sum, weight) => sum + weight, 0)),
  });
  const pair = batch.prompts[0]!;
  const pads = batch.seqLen - pair.clean.length;
  return {
    tokens: [...Array<string>(pads).fill(""), ...pair.clean.map((id) => tokenText(subject, id, "input"))],
    full: pattern(full),
    patched: pattern(other),
  };
}
