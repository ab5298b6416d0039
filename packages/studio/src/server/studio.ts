/** A studio that is being served. */
export interface Studio extends AsyncDisposable {
  /** With the token that opens it: `http://127.0.0.1:PORT/TOKEN/`. */
  readonly address: string;
  readonly port: number;
  /** Ends what is running and closes all connections. The subject stays the caller's. */
  readonly close: () => Promise<void>;
}
