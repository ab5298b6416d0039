import { kind, signature } from "@autocircuit/base";
import type { PromptPair } from "./prompt-pair.ts";
import type { Tokenizer } from "./tokenizer.ts";

const check = signature("trailingSpaceNote", {
  pairs: kind.listOf(kind.having("a prompt pair", "clean", "corrupt", "answers", "wrongAnswers")),
  tokenizer: kind.orNull(kind.having("a tokenizer with an `encode`", "encode")),
});

/**
 * Says of how many prompts the last token is the space that their answers begin with, too: after it texts do not go on with a word that has a space of its
 * own, so that such answers are never likely, whatever the model knows. Several spaces and new lines at the end are as code has them; they do not count.
 *
 * @param pairs answers are those of the last position
 * @param tokenizer the model's; null, or one that does not tell the text of tokens, for nothing to be said
 * @returns the note, with what to do; undefined where no prompt ends so
 * @example
 * const note = trailingSpaceNote(task.train.prompts, task.model.tokenizer);
 * if (note !== undefined) console.warn(note);
 */
export function trailingSpaceNote(pairs: readonly PromptPair[], tokenizer: Tokenizer | null): string | undefined {
  check({ pairs, tokenizer });
  const text = (id: number | undefined) => (id === undefined ? undefined : tokenizer?.token?.(id)) ?? "";
  const spaced = pairs.filter(({ clean, answers }) => {
    const ends = /(^|\S) $/.test(text(clean.at(-2)) + text(clean.at(-1)));
    const last = lastAnswers(answers);
    return ends && last.length > 0 && last.every((id) => /^ \S/.test(text(id)));
  });
  const [first] = spaced;
  if (first === undefined) return undefined;
  const answer = JSON.stringify(text(lastAnswers(first.answers)[0]));
  return (
    `warning: ${spaced.length} of ${pairs.length} prompts end in a space, and their answers begin with one (such as ${answer}): a word with a space of its own ` +
    "hardly ever follows that, so the model does not do the task as it could. Leave the space out at the end of prompts, clean and corrupt."
  );
}

function lastAnswers(answers: PromptPair["answers"]): readonly number[] {
  const last = answers.at(-1);
  return typeof last === "object" ? last : (answers as readonly number[]);
}
