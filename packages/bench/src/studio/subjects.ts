import { tracrReverse } from "@autocircuit/circuits";
import { loadPrompts, type PatchableModel, type PromptLoader } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import { randomModel, randomPrompts } from "../engine/random-model.ts";
import { FULL } from "../engine/specs.ts";

/** A model with prompts that a studio is measured on. */
export interface MeasuredSubject {
  readonly name: string;
  readonly model: PatchableModel;
  readonly prompts: PromptLoader;
  /** Whether it is compiled: then a click should take less than 60 ms, else at most 1.5 plain passes and 30 ms. */
  readonly compiled: boolean;
  readonly free: () => unknown;
}

/** The subjects, one after the other: a compiled transformer, GPT-2 small's shape, the same by token, and a folder's model with a file's prompts, if given. */
export async function* studioSubjects(
  own: { model: string; prompts: string } | undefined,
): AsyncGenerator<MeasuredSubject> {
  const task = await tracrReverse();
  yield {
    ...{ name: "tracr-reverse", model: task.model, prompts: task.test, compiled: true },
    free: () => task[Symbol.asyncDispose](),
  };
  const gpt2 = randomModel(FULL.forward);
  const prompts = randomPrompts(FULL.forward);
  const byToken = gpt2.withGraph({ byToken: true, seqLen: FULL.forward.seqLen });
  const random = { prompts, compiled: false };
  yield { ...random, name: "GPT-2 small's shape, random weights", model: gpt2, free: () => undefined };
  yield { ...random, name: "the same by token", model: byToken, free: () => gpt2.dispose() };
  if (own === undefined) return;
  const model = await loadModel(own.model);
  const { train } = await loadPrompts(own.prompts, { tokenizer: model.tokenizer ?? undefined, batchSize: 1 });
  yield { name: own.model, model, prompts: train, compiled: false, free: () => model.dispose() };
}
