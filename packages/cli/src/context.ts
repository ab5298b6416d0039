/** What a command gets from the program around it. */
export interface Context {
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Writes a line of results. */
  readonly print: (line: string) => void;
  /** Says that the work is done and its answer is no: the exit code tells. */
  readonly refuse: () => void;
}
