/**
 * What is wrong with a text that is not JSON, with the line where the parser says a place: `line 2: Expected ',' ...`.
 *
 * @param cause what `JSON.parse` threw
 */
export function jsonMistake(text: string, cause: unknown): string {
  const { message } = cause as Error;
  const position = /position (\d+)/.exec(message)?.[1];
  const end = message.includes("end of JSON") ? text.length : undefined;
  const place = position === undefined ? end : Number(position);
  return place === undefined ? message : `line ${text.slice(0, place).split("\n").length}: ${message}`;
}
