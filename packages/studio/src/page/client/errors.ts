/** A refusal of the server, with the library's code and text. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The server does not answer. */
export class ServerGone extends Error {
  constructor() {
    super("The studio's server does not answer.");
  }
}

/** Whether a request ended because the page took it back. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** What to tell a person about an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
