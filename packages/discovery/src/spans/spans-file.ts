import { AutocircuitError, badFile, kind, parseJson, readWhole, signature } from "@autocircuit/base";
import type { PromptPair } from "@autocircuit/core";
import { parse } from "csv-parse/sync";
import { PromptSpans, promptPairs, type SpanRange } from "./prompt-spans.ts";

/** Which tokens a span holds in prompts that may differ in length: `null` is the end of the prompt. */
export type OpenRange = readonly [start: number, end: number | null];

/** The spans of a file: the same ranges for all prompts, or those of each prompt, in the order of the prompts' file. */
export type SpansSchema = Readonly<Record<string, OpenRange>> | readonly Readonly<Record<string, OpenRange>>[];

/** What tokens before the first span of a table are called, a token that starts a text above all. */
const BEFORE = "start";

const openRange = kind.such("[start, end], the end null for the prompt's", (value) => {
  const [start, end] = Array.isArray(value) && value.length === 2 ? value : [];
  return kind.whole.accepts(start) && (end === null || kind.whole.accepts(end));
});
const named = kind.such(
  "spans by name, each [start, end]",
  (value) => kind.record.accepts(value) && Object.values(value as object).every((range) => openRange.accepts(range)),
);
/** What a {@link SpansSchema} may be. */
export const schemaKind = kind.either(named, kind.listOf(named));
const checkRead = signature("readSpans", { path: kind.text });
const checkSpans = signature("spansOf", { schema: schemaKind, prompts: promptPairs });

/**
 * Reads a schema of spans: JSON, `{"spans": {"subject": [4, 5], ...}}` for all prompts or `{"spans": [{...}, ...]}` for each, or a table (`.csv`) as
 * PEAP has them (Haklay et al. 2025): after the column `prompt` one column a span with the index of its first token, where the one before it
 * ends, then `length`. What lies before the first of these spans is the span `start`.
 *
 * @throws AutocircuitError `not-found`, `bad-file` with the reason
 *
 * @example
 * await writeFile("spans.json", '{"spans": {"begin": [0, 4], "end": [4, null]}}');
 * const spans = spansOf(await readSpans("spans.json"), prompts.prompts);
 */
export async function readSpans(path: string): Promise<SpansSchema> {
  checkRead({ path });
  const text = (await readWhole(path)).toString("utf8");
  if (/\.csv$/i.test(path)) return fromTable(text, path);
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw badFile(path, `it is not JSON: ${(cause as Error).message}.`, { cause });
  }
  const { spans } = kind.record.accepts(json) ? (json as { spans?: unknown }) : {};
  if (schemaKind.accepts(spans)) return spans as SpansSchema;
  throw badFile(
    path,
    'it should be {"spans": {"NAME": [START, END], ...}} for all prompts, or {"spans": [{...}, ...]} for each; END may be null, the prompt\'s end.',
  );
}

/**
 * The spans of some prompts by a schema. One for each prompt goes by the place in its file that a prompt comes from.
 *
 * @throws AutocircuitError `bad-input` for prompts that the schema has no spans of, or that do not say which they are; what `PromptSpans` throws
 */
export function spansOf(schema: SpansSchema, prompts: readonly PromptPair[]): PromptSpans {
  checkSpans({ schema, prompts });
  const files = new Set<string>();
  const ranges = prompts.map(({ clean, where }) => {
    const own = isList(schema) ? schema[placeIn(schema.length, where, files)]! : schema;
    const closed = ([start, end]: OpenRange): SpanRange => [start, end ?? clean.length];
    return Object.fromEntries(Object.entries(own).map(([name, range]) => [name, closed(range)]));
  });
  return new PromptSpans(prompts, ranges);
}

function isList(schema: SpansSchema): schema is readonly Readonly<Record<string, OpenRange>>[] {
  return Array.isArray(schema);
}

/** Which of a file's prompts a pair is. */
function placeIn(count: number, where: string | undefined, files: Set<string>): number {
  const [, file, number] = /^(.*)prompts\[(\d+)\]$/.exec(where ?? "") ?? [];
  if (number === undefined)
    throw new AutocircuitError(
      "bad-input",
      "These prompts do not come from a file, so that spans of each cannot be told apart: give one set of spans for all.",
    );
  files.add(file!);
  if (files.size > 1)
    throw new AutocircuitError("bad-input", "Spans of each prompt need prompts of one file; these are of several.");
  if (Number(number) < count) return Number(number);
  throw new AutocircuitError(
    "bad-input",
    `There are spans of ${count} prompts, and none is of "${where}": give those of every prompt, or one set for all.`,
  );
}

function fromTable(text: string, path: string): SpansSchema {
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true }) as string[][];
  } catch (cause) {
    throw badFile(path, `${(cause as Error).message}.`, { cause });
  }
  const [header, ...prompts] = rows;
  const [prompt, length] = ["prompt", "length"].map((name) => header?.indexOf(name) ?? -1) as [number, number];
  if (prompt < 0 || length <= prompt + 1)
    throw badFile(path, "its columns should be `prompt`, one for each span with its first token, and `length`.");
  const names = header!.slice(prompt + 1, length);
  const twice = names.find((name, i) => names.indexOf(name) !== i || name === BEFORE);
  if (twice !== undefined)
    throw badFile(path, `the span \`${twice}\` is there twice, or called as what lies before all.`);
  return prompts.map((cells, row) => {
    const starts = cells.slice(prompt + 1, length + 1).map((cell, i) => {
      if (/^\d+$/.test(cell)) return Number(cell);
      throw badFile(path, `row ${row + 1}: \`${names[i] ?? "length"}\` is "${cell}", not the index of a token.`);
    });
    const ranges = names.map((name, i) => [name, [starts[i]!, starts[i + 1]!] as const] as const);
    return Object.fromEntries([[BEFORE, [0, starts[0]!] as const], ...ranges]);
  });
}
