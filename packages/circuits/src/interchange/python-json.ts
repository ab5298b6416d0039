import { AutocircuitError, parseJson, withoutMark } from "@autocircuit/base";

/** A string, or one of the numbers that Python writes and JSON does not know. Strings come first, so that their content is skipped. */
const STRING_OR_NUMBER_WORD = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

/** Numbers that stand as text where JSON has no other way. */
const WRITTEN_AS_TEXT = new Set(["NaN", "Infinity", "-Infinity", "-0.0"]);

/**
 * Parses JSON as Python's `json` writes it, that is with bare `NaN`, `Infinity` and `-Infinity`. These come out as strings; read numbers
 * with {@link pythonNumber}. Nothing in the text is ever executed, and keys such as `__proto__` become ordinary own properties.
 *
 * @throws AutocircuitError `bad-file` with the file's name, and the line of the mistake where the parser knows it
 */
export function parsePythonJson(text: string, where: string): unknown {
  const strict = withoutMark(text).replace(STRING_OR_NUMBER_WORD, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
  try {
    return parseJson(strict);
  } catch (cause) {
    throw new AutocircuitError("bad-file", `${where}: not JSON: ${(cause as Error).message}.`, { cause });
  }
}

/** A number that {@link parsePythonJson} read, or undefined if it is none. */
export function pythonNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && WRITTEN_AS_TEXT.has(value) ? Number(value) : undefined;
}

/** A number as Python's `json` reads it back, to the last bit, the sign of zero included. */
export function formatPythonNumber(value: number): string {
  return Object.is(value, -0) ? "-0.0" : String(value);
}

/** Whether a value is an object with named entries. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
