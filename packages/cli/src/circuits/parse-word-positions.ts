import { UsageError } from "../support/usage-error.ts";

/** Reads positions of words from JSON text. @throws UsageError saying what is wrong */
export function parseWordPositions(text: string): Record<string, number> {
  const example = 'Write an object such as {"IO":2,"S1":4,"S1+1":5,"S2":10,"end":14}.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`--word-positions is not valid JSON: ${(cause as Error).message}. ${example}`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`--word-positions is ${text}, not an object. ${example}`);
  for (const [word, position] of Object.entries(value)) {
    if (!Number.isSafeInteger(position) || position < 0)
      throw new UsageError(`--word-positions: ${word} is at ${JSON.stringify(position)}, not at a position from 0 on.`);
  }
  return value as Record<string, number>;
}
