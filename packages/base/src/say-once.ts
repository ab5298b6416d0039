const said = new Set<string>();

/** Writes a line to standard error, unless this process has written it before: for what a user should know but need not act on. */
export function sayOnce(text: string): void {
  if (said.has(text)) return;
  said.add(text);
  process.stderr.write(`autocircuit: ${text}\n`);
}
