import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type Prefix, Tensor } from "@autocircuit/native";
import * as kinds from "../kinds.ts";
import type { Partners } from "./partners.ts";

/** What belongs to some tokens besides their ids. */
export interface TokensDetails {
  /** Padded positions on the left, a number for each row, each below the number of positions. Default: nothing is padded. */
  readonly padding?: readonly number[] | undefined;
  /** Cached keys and values of the tokens that come before these: of one row, which is then all rows' prefix, or of a row for each. It stays its owner's. */
  readonly prefix?: Prefix | undefined;
  /** The other prompts of their pairs, where positions that belong together have different numbers. */
  readonly counterpart?: Counterpart | undefined;
  /** What is wrong with pairs of unequal length of which nobody said how they belong together. */
  readonly unequal?: string | undefined;
  /** The number that each row's prompt has in its loader, for messages. */
  readonly numbers?: readonly number[] | undefined;
}

/** The other prompts of some pairs. */
export interface Counterpart {
  /** Makes their tokens, `[B, P]`; the caller disposes them. */
  readonly tokens: () => Tokens;
  /** For each of them, position by position (padding not counted), which position of ours it takes its value from. */
  readonly partners: readonly Partners[];
}

const details: KindsOf<TokensDetails> = {
  padding: kind.listOf(kind.whole),
  prefix: kinds.prefix,
  counterpart: kind.shape("{ tokens: a function, partners: a list of positions and nulls for each row }", {
    tokens: kind.callback,
    partners: kind.listOf(kind.listOf(kind.orNull(kind.whole))),
  }),
  unequal: kind.text,
  numbers: kind.listOf(kind.whole),
};
const check = signature("Tokens", { ids: kinds.tensor }, details);
const checkSlice = signature("Tokens.slice", { start: kind.whole, end: kind.whole });
const checkRepeat = signature("Tokens.repeat", { times: kind.count });

/**
 * Tokens of some prompts with what belongs to them: padding, cached prefix, and how they belong to the other prompts of their pairs. What
 * `PatchableModel` runs; a tensor in its place means tokens without padding and without prefix.
 *
 * It has no operations of tensors, so none can lose what belongs to the ids: {@link slice} and {@link repeat} keep it all.
 *
 * @example
 * using tokens = new Tokens(Tensor.from([[0, 0, 5], [1, 2, 3]], { dtype: "int64" }), { padding: [2, 0] });
 * using second = tokens.slice(1, 2);
 * second.shape; // [1, 3]
 * using logits = await model.forward(tokens);
 */
export class Tokens implements Disposable {
  /** Token ids, int64 `[B, P]`, with anything where rows are padded. They belong to these tokens. */
  readonly ids: Tensor;
  /** Padded positions on the left, a number for each row; undefined where nothing is padded. */
  readonly padding: readonly number[] | undefined;
  /** Cached keys and values of the tokens that come before these. */
  readonly prefix: Prefix | undefined;
  /** See {@link TokensDetails}. */
  readonly counterpart: Counterpart | undefined;
  /** See {@link TokensDetails}. */
  readonly unequal: string | undefined;
  /** See {@link TokensDetails}. */
  readonly numbers: readonly number[] | undefined;

  /**
   * @param ids int64 `[B, P]`; belongs to the tokens from now on and is freed with them
   * @throws AutocircuitError `bad-input` for padding that is not a whole number of at least 0 or leaves nothing of a row; `shape` for ids
   *   that are not `[B, P]`, and for padding, prefix or numbers of another number of rows; `dtype` for ids that are not int64; `disposed`
   */
  constructor(ids: Tensor, options: TokensDetails = {}) {
    check({ ids }, options);
    if (ids.disposed)
      throw new AutocircuitError("disposed", "Tokens: these ids were disposed and can no longer be used.");
    if (ids.shape.length !== 2) {
      throw new AutocircuitError("shape", `Tokens must be [batch, positions], not [${ids.shape.join(", ")}].`);
    }
    if (ids.dtype !== "int64") {
      throw new AutocircuitError(
        "dtype",
        `Tokens must be int64, not ${ids.dtype}: make them with \`Tensor.from(ids, { dtype: "int64" })\`.`,
      );
    }
    const [rows, length] = ids.shape as [number, number];
    checkPadding(options.padding, rows, length);
    checkPrefix(options.prefix, rows);
    checkRows("counterpart.partners", options.counterpart?.partners, rows);
    checkRows("numbers", options.numbers, rows);
    this.ids = ids;
    this.padding = options.padding?.some((pads) => pads > 0) ? [...options.padding] : undefined;
    this.prefix = options.prefix;
    this.counterpart = options.counterpart;
    this.unequal = options.unequal;
    this.numbers = options.numbers;
  }

  /**
   * Tokens as they are; of a tensor, which stays its owner's, tokens without padding and without prefix.
   *
   * @throws AutocircuitError as the constructor does
   */
  static of(tokens: Tokens | Tensor): Tokens {
    return tokens instanceof Tensor ? new Tokens(tokens) : tokens;
  }

  /** `[B, P]`. */
  get shape(): readonly [number, number] {
    return this.ids.shape as [number, number];
  }

  /** Number of rows, B. */
  get size(): number {
    return this.shape[0];
  }

  /** Number of positions, P, padded ones included. */
  get seqLen(): number {
    return this.shape[1];
  }

  /** Whether the prefix is one for all rows, or there is none. */
  get prefixShared(): boolean {
    return this.prefix === undefined || this.prefix.batch === 1;
  }

  /** Whether {@link slice} can take some of the rows: prefixes of single rows cannot be taken apart. */
  get canSlice(): boolean {
    return this.prefixShared;
  }

  /** Whether the ids were freed. */
  get disposed(): boolean {
    return this.ids.disposed;
  }

  /** @internal What `scope` keeps when it returns these. */
  get parts(): readonly Tensor[] {
    return [this.ids];
  }

  /**
   * Rows from `start` to before `end`, `[end - start, P]`, with all that belongs to them. The caller disposes the result.
   *
   * @throws AutocircuitError `bad-input` for rows there are not, and if each row has a prefix of its own: those cannot be taken apart
   */
  slice(start: number, end: number): Tokens {
    checkSlice({ start, end });
    if (start >= end || end > this.size) {
      throw new AutocircuitError(
        "bad-input",
        `Tokens.slice: there are no rows ${start} to ${end}: take some of the rows 0 to ${this.size}.`,
      );
    }
    if (!this.canSlice) {
      throw new AutocircuitError("bad-input", "Prompts with a cached prefix each cannot be sliced: run them together.");
    }
    return this.#rows(
      () => this.ids.slice(0, start, end),
      (ofRows) => ofRows.slice(start, end),
      (others) => others.slice(start, end),
    );
  }

  /**
   * The same tokens several times over, `[B, P]` to `[times * B, P]` (the whole batch, then the whole batch again), with all that belongs to
   * them: what a pass with `times` masks needs. The caller disposes the result.
   *
   * @throws AutocircuitError `bad-input` unless `times` is a whole number of at least 1
   */
  repeat(times: number): Tokens {
    checkRepeat({ times });
    return this.#rows(
      () => Tensor.cat(Array.from({ length: times }, () => this.ids)),
      (ofRows) => Array.from({ length: times }, () => ofRows).flat(),
      (others) => others.repeat(times),
    );
  }

  /** Other tokens made of these: what is known of each row goes the way of the rows. */
  #rows(
    ids: () => Tensor,
    some: <T>(ofRows: readonly T[]) => readonly T[],
    ofOthers: (others: Tokens) => Tokens,
  ): Tokens {
    const { padding, prefix, counterpart, unequal, numbers } = this;
    const tokens = () => {
      using others = counterpart!.tokens();
      return ofOthers(others);
    };
    return new Tokens(ids(), {
      padding: padding && some(padding),
      prefix,
      counterpart: counterpart && { tokens, partners: some(counterpart.partners) },
      unequal,
      numbers: numbers && some(numbers),
    });
  }

  /** Frees the ids; a prefix stays its owner's. */
  dispose(): void {
    this.ids.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Padding is known of every row and leaves at least one token of it. */
function checkPadding(padding: readonly number[] | undefined, rows: number, length: number): void {
  checkRows("padding", padding, rows);
  const row = padding?.findIndex((pads) => pads >= length) ?? -1;
  if (row < 0) return;
  throw new AutocircuitError(
    "bad-input",
    `Tokens: \`padding\` leaves nothing of row ${row}: ${padding![row]} padded positions of ${length}.`,
  );
}

/** A repeated batch has the prefixes of its rows once: the engine goes through them again. */
function checkPrefix(prefix: Prefix | undefined, rows: number): void {
  if (prefix === undefined || rows % prefix.batch === 0) return;
  throw new AutocircuitError(
    "shape",
    `Tokens: \`prefix\` was made of ${prefix.batch} rows, but there are ${rows} rows of tokens: it must be of one row for all, or of one for each.`,
  );
}

function checkRows(name: string, ofRows: readonly unknown[] | undefined, rows: number): void {
  if (ofRows === undefined || ofRows.length === rows) return;
  throw new AutocircuitError(
    "shape",
    `Tokens: \`${name}\` has ${ofRows.length} entries for ${rows} rows of tokens: give one for each row.`,
  );
}
