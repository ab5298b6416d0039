import { RaspError } from "../rasp-error.ts";
import { type Token, type Value, valueKey } from "../values/value.ts";
import type { Settings } from "./options.ts";
import type { Space } from "./space.ts";

/** Tokens to ids and back. */
export interface InputEncoder {
  /** Tokens in id order, BOS and PAD included. */
  readonly tokens: readonly Token[];
  readonly bos: number;
  readonly pad: number;
  /** Id of a token; throws {@link RaspError} for unknown ones. */
  id(token: Token): number;
  /** Ids of an input, BOS put in front. Throws {@link RaspError} for unknown tokens and inputs longer than maxSeqLen. */
  encode(input: readonly Token[]): number[];
  /** Tokens of a list of ids. */
  decode(ids: readonly number[]): Token[];
}

/** The model's output vector at a position to a value. */
export interface OutputEncoder {
  readonly encoding: "categorical" | "numerical";
  /** Values in the order of the outputs; empty for a numerical program. */
  readonly values: readonly Value[];
  /** The value an output vector stands for: that of the largest entry (the first of equal ones), or the number itself. */
  decode(logits: ArrayLike<number>): Value;
  /** Output id of a value of a categorical program, or -1. */
  id(value: Value): number;
}

/** Ids are places in the sorted token space. */
export function inputEncoder(space: Space, { bos, pad, maxSeqLen }: Settings): InputEncoder {
  const tokens = space.directions.map(({ value }) => value as Token);
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const idOf = (token: Token): number => {
    const id = ids.get(token);
    if (id !== undefined) return id;
    const known = tokens.map((known) => JSON.stringify(known)).join(", ");
    throw new RaspError(
      "bad-input",
      `${JSON.stringify(token)} is not in the vocabulary of this model, which is ${known}`,
    );
  };
  return {
    tokens,
    bos: idOf(bos),
    pad: idOf(pad),
    id: idOf,
    encode(input) {
      if (input.length > maxSeqLen) {
        throw new RaspError(
          "bad-input",
          `the input has ${input.length} tokens but the model was compiled for ${maxSeqLen}; raise maxSeqLen`,
        );
      }
      return [idOf(bos), ...input.map(idOf)];
    },
    decode: (list) => list.map((id) => tokens[id] ?? raiseId(id, tokens.length)),
  };
}

/** Output ids are places in the sorted output space. */
export function outputEncoder(space: Space): OutputEncoder {
  const numerical = space.directions[0]?.value === null;
  const values = numerical ? [] : space.directions.map(({ value }) => value!);
  const ids = new Map(values.map((value, id) => [valueKey(value), id]));
  return {
    encoding: numerical ? "numerical" : "categorical",
    values,
    id: (value) => ids.get(valueKey(value)) ?? -1,
    decode(logits) {
      if (numerical) return logits[0]!;
      let best = 0;
      for (let i = 1; i < values.length; i++) if (logits[i]! > logits[best]!) best = i;
      return values[best]!;
    },
  };
}

function raiseId(id: number, size: number): never {
  throw new RaspError("bad-input", `${id} is no token id of this model, which has ids 0 to ${size - 1}`);
}
