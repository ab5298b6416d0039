const said = new Set<string>();

let inWords = (text: string): string => text;

/** Writes a line to standard error, unless this process has written it before: for what a user should know but need not act on. */
export function sayOnce(text: string): void {
  if (said.has(text)) return;
  said.add(text);
  process.stderr.write(`autocircuit: ${inWords(text)}\n`);
}

/** Has {@link sayOnce} say its lines in other words, as a command does that calls options otherwise than a program. */
export function sayOnceAs(words: (text: string) => string): void {
  inWords = words;
}
