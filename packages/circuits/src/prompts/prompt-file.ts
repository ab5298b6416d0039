import { signature } from "@autocircuit/base";
import type { PromptFile, RawPrompt } from "@autocircuit/core";
import { dataSetKind } from "../interchange/prompt-kinds.ts";

const check = signature("formatPromptFile", { file: dataSetKind });

/** A raw prompt of token ids, with one list of answers per output position. */
export interface RawTokenPrompt extends RawPrompt {
  clean: number[];
  corrupt: number[];
  answers: number[][];
  wrong_answers: number[][];
}

/** A raw prompt as text; answers are texts of one token each, for the last position. */
export interface RawTextPrompt extends RawPrompt {
  clean: string;
  corrupt: string;
  answers: string[];
  wrong_answers: string[];
}

/** A file of prompts that was made here, with where they come from. */
export interface GeneratedPrompts<Prompt extends RawPrompt = RawTokenPrompt | RawTextPrompt> extends PromptFile {
  task: string;
  description: string;
  /** The command that writes this very file. */
  command: string;
  seed: number;
  /** A label for each token, BOS not counted, where all prompts have the same form. */
  seq_labels?: readonly string[];
  /** Positions of named words, BOS not counted. */
  word_idxs?: Readonly<Record<string, number>>;
  prompts: Prompt[];
}

/** A data set of prompts as text. */
export type GeneratedTextPrompts = GeneratedPrompts<RawTextPrompt>;

/** AutoCircuit's JSON with one prompt a line, so that a diff of two data sets can be read, and whatever else the data set says. */
export function formatPromptFile(file: PromptFile): string {
  check({ file });
  const { prompts, ...about } = file;
  const head = Object.entries(about).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  const lines = prompts.map((prompt) => `    ${JSON.stringify(prompt)}`);
  return `{\n${head.join("")}  "prompts": [${lines.length === 0 ? "" : `\n${lines.join(",\n")}\n  `}]\n}\n`;
}

/** The command that each generated file names. */
export function datasetsCommand(seed: number): string {
  return `autocircuit datasets --seed ${seed}`;
}
