import { badFile, shownValue } from "@autocircuit/base";

/** A token that is found in a text before it is split: a special token, or a word added after training. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
  readonly normalized?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
}

/** Ids are places in an embedding; no model has one near this. */
const MOST_TOKENS = 2 ** 24;

/** Reads `added_tokens`; absent means none. */
export function readAddedTokens(raw: unknown, path: string): readonly AddedToken[] {
  if (raw === undefined) return [];
  if (!Array.isArray(raw)) throw badFile(path, "`added_tokens` is not a list.");
  raw.forEach((token: Partial<AddedToken> | null, index) => {
    if (typeof token?.content !== "string" || token.content === "" || !isId(token.id)) {
      throw badFile(path, `\`added_tokens\`[${index}] needs a \`content\` that is text and an \`id\`.`);
    }
  });
  return raw as AddedToken[];
}

/** Whether a value can be a token id. */
export function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < MOST_TOKENS;
}

/**
 * Checks that no two tokens share an id.
 *
 * @throws AutocircuitError `bad-file` that names both
 */
export function checkIds(ids: ReadonlyMap<string, number>, added: readonly AddedToken[], path: string): void {
  const owners = new Map<number, string>();
  const claim = (token: string, id: number) => {
    const owner = owners.get(id);
    if (owner !== undefined && owner !== token) {
      throw badFile(path, `id ${id} belongs to two tokens, ${shownValue(owner)} and ${shownValue(token)}.`);
    }
    owners.set(id, token);
  };
  for (const [token, id] of ids) claim(token, id);
  for (const { content, id } of added) claim(content, id);
}
