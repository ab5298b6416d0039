import { AutocircuitError, type DType } from "@autocircuit/base";
import type { Answers, PromptBatch } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";

/**
 * Answers of a batch, ready to gather from logits. Prompts may have different numbers of answers: shorter lists are
 * filled up with their first answer at weight 0, so that a maximum over them is right as well.
 */
export interface AnswerIndex {
  /** int64, `[batch, answers]` or `[batch, positions, answers]`, as the logits are. */
  index: Tensor;
  /** Same shape; the weights of one prompt's answers at one position add up to 1. */
  weight: Tensor;
  /** Same shape, bool: false for what fills up and for an answer that is named again, so that each is counted once. */
  once: Tensor;
}

/** How a message names answers that are missing. */
export interface NamedAnswers {
  /** What they are. Default "answer". */
  readonly what?: "answer" | "wrong answer" | undefined;
  /** Number of the batch's first prompt among all, see `PromptBatch.first`; without it prompts are named by their place in the batch. */
  readonly first?: number | undefined;
}

/** What a batch's losses and metrics are made of. */
export type AnsweredBatch = Pick<PromptBatch, "answers" | "wrongAnswers"> & Partial<Pick<PromptBatch, "first">>;

/**
 * Lays out the answers of a batch for logits of a given shape.
 *
 * @param answers one entry a prompt
 * @param logits the tensor the answers will be read from, `[batch, vocabulary]` or `[batch, positions, vocabulary]`
 * @param named what they are called where one is missing
 * @throws AutocircuitError when the answers do not fit the logits: number of prompts or positions, a token outside the
 *   vocabulary, a prompt without answers, or answers that are no tokens
 */
export function answerIndex(answers: readonly Answers[], logits: Tensor, named: NamedAnswers = {}): AnswerIndex {
  const rows = answerRows(answers, logits.shape, named);
  const vocabulary = logits.shape.at(-1)!;
  const width = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  const index = new BigInt64Array(rows.length * width);
  const weight = new Float64Array(rows.length * width);
  const once = new Uint8Array(rows.length * width);
  rows.forEach((row, rowNumber) => {
    for (let column = 0; column < width; column++) {
      const token = row[column] ?? row[0]!;
      checkToken(token, vocabulary);
      index[rowNumber * width + column] = BigInt(token);
      weight[rowNumber * width + column] = column < row.length ? 1 / row.length : 0;
      once[rowNumber * width + column] = row.indexOf(token) === column ? 1 : 0;
    }
  });
  const shape = [...logits.shape.slice(0, -1), width];
  return {
    index: Tensor.from(index, { shape }),
    weight: asDType(Tensor.from(weight, { shape }), logits.dtype),
    once: Tensor.from(once, { shape, dtype: "bool" }),
  };
}

/** One list of answers for each (prompt, position), in the order of the logits. */
function answerRows(answers: readonly Answers[], shape: readonly number[], named: NamedAnswers): (readonly number[])[] {
  const { what = "answer", first } = named;
  const nameOf = (row: number) => (first === undefined ? `Prompt ${row} of the batch` : `Prompt ${first + row}`);
  const [batch, second] = shape;
  const positions = shape.length === 3 ? second! : 1;
  if (shape.length !== 2 && shape.length !== 3) {
    throw new AutocircuitError(
      "shape",
      `Logits must be [batch, vocabulary] or [batch, positions, vocabulary], not [${shape}].`,
    );
  }
  if (answers.length !== batch) {
    throw new AutocircuitError(
      "shape",
      `${answers.length} prompts have answers, but the logits hold ${batch} prompts.`,
    );
  }
  return answers.flatMap((answer, prompt) => {
    const lists = isNested(answer) ? answer : [answer];
    if (lists.length !== positions) {
      throw new AutocircuitError(
        "shape",
        `${nameOf(prompt)} (from 0) has answers for ${lists.length} output positions, but the output slice keeps ${positions}. ` +
          "Give one list of answers for each position of the slice.",
      );
    }
    if (lists.some((list) => list.length === 0)) {
      const without = what === "answer" ? "" : ", or take a loss or metric of the answers alone";
      throw new AutocircuitError(
        "bad-input",
        `${nameOf(prompt)} (from 0) has no ${what}. Every prompt needs at least one${without}.`,
      );
    }
    return lists;
  });
}

function isNested(answer: Answers): answer is readonly (readonly number[])[] {
  return Array.isArray(answer[0]);
}

function checkToken(token: number, vocabulary: number): void {
  if (Number.isInteger(token) && token >= 0 && token < vocabulary) return;
  if (vocabulary === 1) {
    throw new AutocircuitError(
      "bad-input",
      `The model's outputs are numbers, one a position, so that answer ${token} is no token of them. ` +
        "Compare by mean squared error (`mse`) instead.",
    );
  }
  throw new AutocircuitError(
    "bad-input",
    Number.isInteger(token)
      ? `Answer token ${token} is outside the output vocabulary of ${vocabulary}.`
      : `Answer ${token} is no token id. Compare numeric answers by mean squared error or largest difference instead.`,
  );
}

function asDType(tensor: Tensor, dtype: DType): Tensor {
  return tensor.dtype === dtype ? tensor : tensor.to(dtype);
}
