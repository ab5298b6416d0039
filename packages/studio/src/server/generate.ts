import { AutocircuitError } from "@autocircuit/base";
import { isMean, type PatchableModel, PromptBatch, type PromptPair, patchPlan } from "@autocircuit/core";
import { requireWriter } from "@autocircuit/models";
import type { Prefix, Tensor } from "@autocircuit/native";
import type { GenerateLine, GenerateRequest, PromptChoice } from "../api/index.ts";
import { libraryCircuit } from "./model/chosen-circuit.ts";
import { chosenPair } from "./model/circuit-choice.ts";
import { ownPair } from "./model/own-prompt.ts";
import type { StudioSubject } from "./model/studio-subject.ts";
import { tokenText } from "./model/token-text.ts";
import { priorities } from "./queue/work-queue.ts";
import type { StudioState } from "./studio-state.ts";

/** A pair that is continued, and what is cached before it. */
interface Continued {
  pair: PromptPair;
  readonly prefix: Prefix | null;
}

/**
 * The likeliest continuation of a prompt, token by token: the full model's, and that of the circuit without the clicked edges, whose ablation
 * is in place at each step. What the patched model writes is put behind both prompts of the pair, so that the ablation is that of
 * the other prompt with the same words behind it.
 *
 * @throws AutocircuitError `bad-input` for a model, graph, ablation or prompt that cannot be continued; `aborted`
 */
export async function* generate(
  { subject, sets, queue }: StudioState,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerateLine, void, void> {
  const { model } = subject;
  requireWriter(model.config, "This model");
  requireAblatable(model, request);
  const patched = libraryCircuit(model.graph, chosenPair(sets, model.graph, request).patched);
  const ablate = request.patch === "edge" ? patched.mask() : patched.complement();
  const start = continuedPair(subject, request.prompt);
  const ends = (id: number, length: number) =>
    model.endTokens.has(id) || length + subject.prompts.seqStart >= model.config.context;
  const states = { full: { ...start }, patched: { ...start } };
  const going = new Set(["full", "patched"] as const);
  const plan = patchPlan(request.patch, false);
  for (let step = 0; step < request.count && going.size > 0; step++) {
    for (const name of going) {
      const state = states[name];
      const next = await queue.run(priorities.generate, signal, async () => {
        using batch = batchOf(state);
        if (name === "full") return likeliest(await model.forward(batch.clean, { ...lastOf(batch), signal }));
        using ablation = await model.ablations(batch.tokens(plan.ablateFrom), request.ablation, { signal });
        return likeliest(await model.forward(batch.tokens(plan.run), { ablate, ablation, ...lastOf(batch), signal }));
      });
      yield { type: "token", model: name, token: tokenText(subject, next.id, "output"), probability: next.probability };
      const { clean, corrupt, ...rest } = state.pair;
      state.pair = { ...rest, clean: [...clean, next.id], corrupt: [...corrupt, next.id] };
      if (ends(next.id, state.pair.clean.length)) going.delete(name);
    }
  }
  yield { type: "done" };
}

/** @throws AutocircuitError `bad-input` where there is no edge, or no value for one, at the positions that are written */
function requireAblatable({ graph }: PatchableModel, { ablation }: GenerateRequest): void {
  if (graph.seqLen !== null)
    throw new AutocircuitError(
      "bad-input",
      `The graph is by token and has ${graph.seqLen} positions: a longer text has none. Leave --by-token out.`,
    );
  if (!isMean(ablation)) return;
  throw new AutocircuitError(
    "bad-input",
    `${ablation} has values for the positions of the data set only, not for what is written. Take resample or zero.`,
  );
}

function continuedPair(subject: StudioSubject, choice: PromptChoice): Continued {
  if (!("index" in choice)) return { pair: sameLength(ownPair(subject, choice)), prefix: null };
  const { prompts, batchSize, batches, promptCount } = subject.prompts;
  const pair = prompts[choice.index];
  if (pair === undefined)
    throw new AutocircuitError(
      "bad-input",
      `There is no prompt ${choice.index}: they go from 0 to ${promptCount - 1}.`,
    );
  const { prefix, prefixShared } = batches[Math.floor(choice.index / batchSize)]!;
  if (!prefixShared)
    throw new AutocircuitError("bad-input", "Each of these prompts has a cached prefix of its own: none runs alone.");
  return { pair: sameLength(pair), prefix };
}

function sameLength(pair: PromptPair): PromptPair {
  const { clean, corrupt, alignment } = pair;
  if (clean.length === corrupt.length && alignment === undefined && clean.length > 0) return pair;
  throw new AutocircuitError(
    "bad-input",
    "To be continued, the clean and the corrupt prompt must have equally many tokens, position belonging to position.",
  );
}

function batchOf({ pair, prefix }: Continued): PromptBatch {
  const parts = { prompts: [pair], index: 0, seqLen: pair.clean.length, padId: 0 };
  return new PromptBatch(prefix ? { ...parts, prefix } : parts);
}

const lastOf = ({ seqLen }: PromptBatch) => ({ positions: [seqLen - 1] });

/** The token of the largest logit, and its probability. Frees the logits. */
async function likeliest(logits: Tensor): Promise<{ id: number; probability: number }> {
  using owned = logits;
  using row = owned.reshape([-1]);
  using probabilities = row.softmax(0);
  using best = row.argmax(0);
  const id = await best.item();
  using chosen = probabilities.slice(0, id, id + 1);
  return { id, probability: await chosen.item() };
}
