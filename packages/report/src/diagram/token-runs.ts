/** Positions that stand in one column, first and last. */
export type TokenRun = readonly [first: number, last: number];

/**
 * All positions in columns.
 *
 * @param alone those that have a column of their own
 * @param shortest so many neighbours of the others, or more, stand together
 */
export function tokenRuns(tokens: number, alone: (token: number) => boolean, shortest: number): TokenRun[] {
  const runs: TokenRun[] = [];
  for (let token = 0; token < tokens; token++) {
    let end = token;
    while (!alone(token) && end + 1 < tokens && !alone(end + 1)) end++;
    if (end - token + 1 < shortest) end = token;
    runs.push([token, end]);
    token = end;
  }
  return runs;
}
