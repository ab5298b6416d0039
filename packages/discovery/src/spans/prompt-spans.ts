import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { PromptPair } from "@autocircuit/core";

/** Which tokens a span holds: from the first to the one before the second. Equal for a span that is empty in this prompt. */
export type SpanRange = readonly [start: number, end: number];

const range = kind.such("[start, end] with whole numbers", (value) => {
  return Array.isArray(value) && value.length === 2 && value.every((place) => kind.whole.accepts(place));
});
const schema = kind.such(
  "spans by name, each [start, end]",
  (value) => kind.record.accepts(value) && Object.values(value as object).every((span) => range.accepts(span)),
);
/** Prompts of a clean and a corrupt side. */
export const promptPairs = kind.listOf(
  kind.such("a prompt pair", (value) => {
    const { clean, corrupt } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
    return Array.isArray(clean) && Array.isArray(corrupt);
  }),
);
/** Most spans: what numbers of 16 bits can name. */
const MOST = 65_536;
const check = signature("PromptSpans", {
  prompts: promptPairs,
  spans: kind.listOf(schema),
});

/**
 * What the parts of prompts are called that mean the same in all of them, whatever their lengths: the schema of position-aware circuits (Haklay et
 * al. 2025, arXiv:2502.04577). Every token of a prompt, a leading special one too, is in exactly one span; a span may be empty.
 *
 * @example
 * // A subject at position 4 of every prompt, what comes before it and what after.
 * const spans = new PromptSpans(task.train.prompts, task.train.prompts.map(({ clean }) => ({
 *   before: [0, 4], subject: [4, 5], rest: [5, clean.length],
 * })));
 */
export class PromptSpans {
  /** The spans, in the order of the first prompt's. */
  readonly names: readonly string[];
  /** The span of each token of each prompt, as its place in {@link names}. */
  readonly ofTokens: readonly Uint16Array[];
  /** The clean tokens of the prompts that the spans are of. */
  readonly tokens: readonly (readonly number[])[];

  /**
   * @param spans the spans of each prompt, in the order of the prompts, the same names in all
   * @throws AutocircuitError `bad-input` naming the prompt, for other names, another number of prompts, spans that overlap, leave a token out or
   *   go beyond the prompt, and for prompts of a pair that are not equally long
   */
  constructor(
    prompts: readonly Pick<PromptPair, "clean" | "corrupt">[],
    spans: readonly Readonly<Record<string, SpanRange>>[],
  ) {
    check({ prompts, spans });
    if (prompts.length === 0 || spans.length !== prompts.length) {
      throw new AutocircuitError(
        "bad-input",
        `There are spans of ${spans.length} prompts, and ${prompts.length} prompts. Give each prompt its spans.`,
      );
    }
    this.names = Object.keys(spans[0]!);
    if (this.names.length > MOST)
      throw new AutocircuitError("bad-input", `${this.names.length} spans are more than there may be: ${MOST}.`);
    this.tokens = prompts.map(({ clean }) => [...clean]);
    this.ofTokens = prompts.map(({ clean, corrupt }, prompt) => {
      requireEqual(prompt, clean.length, corrupt.length);
      requireNames(prompt, this.names, Object.keys(spans[prompt]!));
      return tokensOf(prompt, clean.length, this.names, spans[prompt]!);
    });
  }
}

function tokensOf(
  prompt: number,
  length: number,
  names: readonly string[],
  spans: Readonly<Record<string, SpanRange>>,
): Uint16Array {
  const of = new Int32Array(length).fill(-1);
  names.forEach((name, place) => {
    const [start, end] = spans[name]!;
    if (start > end || end > length)
      throw unfit(prompt, `"${name}" is [${start}, ${end}], but the prompt has ${length} tokens`);
    for (let token = start; token < end; token++) {
      if (of[token] !== -1) throw unfit(prompt, `"${names[of[token]!]}" and "${name}" overlap at token ${token}`);
      of[token] = place;
    }
  });
  const left = of.indexOf(-1);
  if (left >= 0) throw unfit(prompt, `no span has token ${left} of ${length}`);
  return Uint16Array.from(of);
}

function requireNames(prompt: number, names: readonly string[], own: readonly string[]): void {
  const [first, there] = [new Set(names), new Set(own)];
  const missing = names.find((name) => !there.has(name));
  const extra = own.find((name) => !first.has(name));
  if (names.length === 0) throw unfit(prompt, "there is none");
  if (missing !== undefined) throw unfit(prompt, `"${missing}" is missing, which the first prompt has`);
  if (extra !== undefined) throw unfit(prompt, `"${extra}" is one that the first prompt does not have`);
}

function requireEqual(prompt: number, clean: number, corrupt: number): void {
  if (clean === corrupt) return;
  throw new AutocircuitError(
    "bad-input",
    `Prompt ${prompt} has ${clean} clean and ${corrupt} corrupt tokens. Spans need prompts of a pair that are equally long.`,
  );
}

function unfit(prompt: number, reason: string): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `The spans of prompt ${prompt} do not fit: ${reason}. Every token must be in exactly one span; a span may be empty, as [n, n].`,
  );
}
