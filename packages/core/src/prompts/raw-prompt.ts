/** Answers as a file gives them: texts or token ids (or values), flat or one list per output position. */
export type RawAnswers = readonly (string | number)[] | readonly (readonly (string | number)[])[];

/** Whether there is nothing that could be right, at some position at least. */
export function lacksAnswers(answers: RawAnswers): boolean {
  return answers.length === 0 || answers.some((item) => Array.isArray(item) && item.length === 0);
}

/** One prompt pair as a file gives it. */
export interface RawPrompt {
  readonly clean: string | readonly number[];
  readonly corrupt: string | readonly number[];
  readonly answers: RawAnswers;
  readonly wrong_answers: RawAnswers;
  /** For prompts as token ids: for each position of `clean` the position of `corrupt` whose value it takes, null for its own. */
  readonly alignment?: readonly (number | null)[] | undefined;
  /** Fields that only another tool's format knows, by name; written back into that format. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What a file of prompts holds, in AutoCircuit's format, into which those of other tools are read. */
export interface PromptFile {
  readonly prompts: readonly RawPrompt[];
  /** A label for each position. */
  readonly seq_labels?: readonly string[] | null;
  /** Positions of named words; known circuits read them. */
  readonly word_idxs?: Readonly<Record<string, number>> | null;
  /** What the prompts are about; for titles. */
  readonly task?: string | null;
}
