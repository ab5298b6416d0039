import { kind } from "@autocircuit/base";

const tokens = kind.either(kind.text, kind.listOf(kind.numeric));
const answers = kind.listOf(kind.anything);
const pair = kind.shape("a prompt pair", { clean: tokens, corrupt: tokens, answers, wrong_answers: answers });

/** A data set to be written. */
export const dataSetKind = kind.shape("{ prompts: [{ clean, corrupt, answers, wrong_answers }, ...] }", {
  prompts: kind.listOf(pair),
});
