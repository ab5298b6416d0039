import { AutocircuitError } from "@autocircuit/base";
import { PromptBatch, type PromptPair } from "@autocircuit/core";
import type { TokensRequest } from "../../api/index.ts";
import type { StudioSubject } from "./studio-subject.ts";

/**
 * A person's own pair of texts as tokens, begun as the prompts of the data set are.
 *
 * @throws AutocircuitError `bad-input` for a model without a tokenizer, or text that its vocabulary cannot express
 */
export function ownPair(subject: StudioSubject, { clean, corrupt }: TokensRequest): PromptPair {
  const { tokenizer, config } = subject.model;
  if (tokenizer === null)
    throw new AutocircuitError(
      "bad-input",
      "The model has no tokenizer, so texts cannot be read. Choose a prompt of the list.",
    );
  const start = startsWithBos(subject) ? [tokenizer.bosId!] : [];
  const ids = (text: string) => [...start, ...tokenizer.encode(text)];
  const pair = { clean: ids(clean), corrupt: ids(corrupt), answers: [], wrongAnswers: [] };
  const beyond = [...pair.clean, ...pair.corrupt].find((id) => id >= config.dVocab);
  if (beyond === undefined) return pair;
  throw new AutocircuitError(
    "bad-input",
    `Token ${beyond} of the text is outside the model's vocabulary of ${config.dVocab}.`,
  );
}

/**
 * A person's own pair of texts, ready to be run.
 *
 * @throws AutocircuitError `bad-input` as {@link ownPair} does, and for texts of which no circuit can be run: see {@link refusedPair}
 */
export function ownPrompt(subject: StudioSubject, texts: TokensRequest): PromptBatch {
  const pair = ownPair(subject, texts);
  const refused = refusedPair(subject, pair);
  if (refused !== null) throw new AutocircuitError("bad-input", refused);
  return new PromptBatch({ prompts: [pair], index: 0, seqLen: pair.clean.length, padId: 0 });
}

/** Why a pair cannot be run, in words; null where it can. */
export function refusedPair({ model }: StudioSubject, { clean, corrupt }: PromptPair): string | null {
  const { graph, config } = model;
  if (clean.length === 0) return "The clean text is empty: it needs at least one token.";
  if (clean.length !== corrupt.length)
    return `The clean text has ${clean.length} tokens, the corrupt one ${corrupt.length}: they must have equally many.`;
  if (graph.seqLen !== null && clean.length !== graph.seqLen)
    return `The texts have ${clean.length} tokens, but the graph is by token and has ${graph.seqLen} positions.`;
  if (clean.length > config.context)
    return `The texts have ${clean.length} tokens, the model's context is ${config.context}.`;
  return null;
}

/** Whether the prompts of the data set begin with the token that starts a text; so do a person's own then. */
function startsWithBos({ model: { tokenizer }, prompts }: StudioSubject): boolean {
  const bos = tokenizer?.bosId ?? null;
  const first = prompts.batches[0]?.prompts[0];
  return bos !== null && (first === undefined || first.clean[0] === bos);
}
