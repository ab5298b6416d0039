import type { PromptPair } from "@autocircuit/core";
import { TextTokenizer } from "@autocircuit/models";
import type { PromptList, PromptRow, TokensAnswer, TokensRequest } from "../api/index.ts";
import { ownPair, refusedPair } from "./model/own-prompt.ts";
import type { StudioSubject } from "./model/studio-subject.ts";
import { tokenText } from "./model/token-text.ts";

/** Most prompts listed in one answer. */
const MOST_ROWS = 1_000;

/** Some prompts of the data set, from a number on. */
export function promptList(subject: StudioSubject, from: number, count: number): PromptList {
  const { prompts, promptCount } = subject.prompts;
  const rows = prompts.slice(from, from + Math.min(count, MOST_ROWS));
  return { total: promptCount, prompts: rows.map((pair, place) => row(subject, pair, from + place)) };
}

function row(subject: StudioSubject, { clean, corrupt, answers, wrongAnswers }: PromptPair, index: number): PromptRow {
  const { tokenizer, config } = subject.model;
  const input = (ids: readonly number[]) => ids.map((id) => tokenText(subject, id, "input"));
  // Answers of a model whose output is a number are numbers themselves.
  const output = (ids: PromptPair["answers"]) =>
    ids.flat().map((id) => (config.dVocabOut === 1 ? String(id) : tokenText(subject, id, "output")));
  const text = (ids: readonly number[]) => (tokenizer as TextTokenizer).decode(ids, { skipSpecialTokens: true });
  return {
    index,
    text: tokenizer instanceof TextTokenizer ? { clean: text(clean), corrupt: text(corrupt) } : null,
    ...{ clean: input(clean), corrupt: input(corrupt), answers: output(answers), wrongAnswers: output(wrongAnswers) },
  };
}

/** How a person's texts are cut, where they differ, and why they cannot be run, if so. */
export function tokensAnswer(subject: StudioSubject, texts: TokensRequest): TokensAnswer {
  const pair = ownPair(subject, texts);
  const { clean, corrupt } = pair;
  const input = (ids: readonly number[]) => ids.map((id) => tokenText(subject, id, "input"));
  const longer = clean.length > corrupt.length ? clean : corrupt;
  return {
    ...{ clean: input(clean), corrupt: input(corrupt) },
    differ: [...longer.keys()].filter((position) => clean[position] !== corrupt[position]),
    refused: refusedPair(subject, pair),
  };
}
