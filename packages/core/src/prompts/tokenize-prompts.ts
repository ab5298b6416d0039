import { AutocircuitError, type ErrorReason } from "@autocircuit/base";
import { notOneToken } from "./not-one-token.ts";
import {
  checkPartners,
  type PairAlignment,
  pairAlignments,
  partnersByWords,
  partnersFromEnd,
} from "./pair-alignment.ts";
import type { Partners } from "./partners.ts";
import type { LocatedPrompt } from "./prompt-file.ts";
import type { Answers, PromptPair } from "./prompt-pair.ts";
import type { RawAnswers, RawPrompt } from "./raw-prompt.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** How prompts become token ids. */
export interface TokenizeOptions {
  /** Needed for prompts or answers given as text; null, as a model without one has it, where all are token ids. */
  readonly tokenizer?: Tokenizer | null | undefined;
  /**
   * Put the tokenizer's BOS token before prompts given as text; default true, where the tokenizer has one. Prompts given as
   * ids are taken as they are.
   */
  readonly prependBos?: boolean | undefined;
  /** Which positions of a pair's prompts belong together where they differ in length; by default they must not. */
  readonly align?: PairAlignment | undefined;
  /** Prompt ids must be below this. */
  readonly vocabulary?: number | undefined;
  /** Answer ids must be below this. */
  readonly outputVocabulary?: number | undefined;
  /** Whether answers given as numbers are token ids or values; by default values if any of them is not whole. */
  readonly answers?: "tokens" | "numbers" | undefined;
}

/** Prompts as token ids. */
export interface TokenizedPrompts {
  readonly pairs: readonly PromptPair[];
  /** Whether a BOS token was put before every prompt. */
  readonly bos: boolean;
}

/**
 * Turns prompts into token ids and checks them.
 *
 * @throws AutocircuitError `bad-input` naming file, prompt and reason: text without a tokenizer, text and ids mixed, an id
 *   out of range, an answer of several tokens, an answer that is a wrong answer too.
 */
export function tokenizePrompts(prompts: readonly LocatedPrompt[], options: TokenizeOptions = {}): TokenizedPrompts {
  const text = typeof prompts[0]?.prompt.clean === "string";
  const bosId = text ? bosToken(options) : null;
  const numbers = options.answers === "numbers" || (options.answers === undefined && prompts.some(hasFractions));
  const pairs = prompts.map(({ prompt, where }) => {
    const tokens = (field: "clean" | "corrupt"): readonly number[] => {
      const value = prompt[field];
      if ((typeof value === "string") !== text) {
        fail(
          where,
          `\`${field}\` is given as ${text ? "token ids, other prompts as text" : "text, other prompts as token ids"}`,
        );
      }
      const ids = typeof value === "string" ? encode(value, options.tokenizer, where) : value;
      checkIds(ids, options.vocabulary, `\`${field}\``, where);
      return bosId === null ? ids : [bosId, ...ids];
    };
    const answers = (field: "answers" | "wrong_answers"): Answers => {
      const ids = answerIds(prompt[field], field, options.tokenizer, where);
      if (!numbers) checkIds(ids.flat(), options.outputVocabulary, `\`${field}\``, where);
      return ids;
    };
    const [clean, corrupt] = [tokens("clean"), tokens("corrupt")];
    const alignment = alignmentOf(prompt, clean, corrupt, where, options);
    const [right, wrong] = [answers("answers"), answers("wrong_answers")];
    if (!numbers) requireApart(right, wrong, prompt, where);
    return { clean, corrupt, answers: right, wrongAnswers: wrong, ...(alignment && { alignment }) };
  });
  return { pairs, bos: bosId !== null };
}

/** The positions that belong together, where they are not those with the same number. */
function alignmentOf(
  prompt: RawPrompt,
  clean: readonly number[],
  corrupt: readonly number[],
  where: string,
  { align, tokenizer }: TokenizeOptions,
): Partners | undefined {
  const text = typeof prompt.clean === "string";
  if (prompt.alignment !== undefined) {
    if (text) fail(where, "`alignment` is for prompts given as token ids; this one is text");
    checkPartners(prompt.alignment, clean.length, corrupt.length, where);
    return prompt.alignment;
  }
  if (align === undefined) return undefined;
  if (!pairAlignments.includes(align))
    fail("Prompts", `\`align\` must be ${pairAlignments.join(" or ")}, got ${align}`);
  if (align === "words") {
    const pieces = (side: string | readonly number[], ids: readonly number[]) => {
      if (typeof side !== "string")
        return fail(where, "given as token ids, which show no words: align at the end, or give an `alignment`");
      const found = tokenizer?.pieces?.(side);
      if (!found)
        return fail(where, "the tokenizer does not tell the text of tokens, so prompts cannot be aligned by words");
      // The token that starts a text is a word of its own.
      return ids.length > found.length ? ["", ...found.map((piece, at) => (at === 0 ? ` ${piece}` : piece))] : found;
    };
    const partners = partnersByWords(pieces(prompt.clean, clean), pieces(prompt.corrupt, corrupt), where);
    return partners.every((partner, position) => partner === position) && clean.length === corrupt.length
      ? undefined
      : partners;
  }
  return clean.length === corrupt.length ? undefined : partnersFromEnd(clean.length, corrupt.length);
}

function bosToken({ tokenizer, prependBos }: TokenizeOptions): number | null {
  if (prependBos === false || !tokenizer) return null;
  const id = tokenizer.bosId ?? null;
  if (id === null && prependBos === true) {
    throw new AutocircuitError("bad-input", "Prompts: `prependBos` is set, but the tokenizer has no BOS token.");
  }
  return id;
}

function encode(text: string, tokenizer: Tokenizer | null | undefined, where: string): readonly number[] {
  if (tokenizer === null) {
    const advice = "put its tokenizer.json beside it, pass another `tokenizer`, or give token ids";
    return fail(where, `given as text, but the model comes without a tokenizer; ${advice}`);
  }
  if (tokenizer === undefined) return fail(where, "given as text; pass a `tokenizer`, or give token ids");
  return tokenizer.encode(text);
}

function answerIds(raw: RawAnswers, field: string, tokenizer: Tokenizer | null | undefined, where: string): Answers {
  const one = (answer: string | number): number => {
    if (typeof answer === "number") return answer;
    const ids = encode(answer, tokenizer, where);
    if (ids.length === 1) return ids[0]!;
    return fail(where, `\`${field}\`: ${notOneToken(answer, ids.length, tokenizer!)}`, "answer-of-several-tokens");
  };
  const nested = raw.some((item) => Array.isArray(item));
  return nested
    ? (raw as readonly (readonly (string | number)[])[]).map((list) => list.map(one))
    : (raw as readonly (string | number)[]).map(one);
}

/**
 * Holds that no answer is a wrong one too: nothing could be right. Where answers are given position by position there are positions at which the
 * two prompts of a pair agree, and so do their answers.
 */
function requireApart(answers: Answers, wrongAnswers: Answers, prompt: RawPrompt, where: string): void {
  const both = (answers as readonly unknown[]).findIndex(
    (id) => typeof id === "number" && (wrongAnswers as readonly unknown[]).includes(id),
  );
  if (both >= 0)
    fail(
      where,
      `${JSON.stringify(prompt.answers[both])} is one of \`answers\` and of \`wrong_answers\`: give others`,
      "answer-is-wrong-too",
    );
}

function hasFractions({ prompt }: LocatedPrompt): boolean {
  const fraction = (item: unknown) => typeof item === "number" && !Number.isInteger(item);
  return prompt.answers.flat().some(fraction) || prompt.wrong_answers.flat().some(fraction);
}

function checkIds(ids: readonly number[], vocabulary: number | undefined, what: string, where: string): void {
  const bad = ids.find((id) => !Number.isInteger(id) || id < 0 || (vocabulary !== undefined && id >= vocabulary));
  if (bad === undefined) return;
  const range = vocabulary === undefined ? "a whole number from 0 on" : `from 0 to ${vocabulary - 1}`;
  fail(where, `${what} has token id ${bad}; ids must be ${range}`, "token-outside-model");
}

function fail(where: string, what: string, reason?: ErrorReason): never {
  throw new AutocircuitError("bad-input", `${where}: ${what}.`, { reason });
}
