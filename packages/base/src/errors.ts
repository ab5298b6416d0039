/** What kind of mistake an {@link AutocircuitError} reports. */
export type ErrorCode =
  /** An argument, option or setting is not what is asked for: another kind of value, out of range, or at odds with another one. */
  | "bad-input"
  /** A file, folder, program, model or name on a hub is not there. */
  | "not-found"
  /** A name is none of those that there are; the message has those that come near. */
  | "unknown-name"
  /** Shapes of tensors, or sizes of graphs and models, do not fit each other. */
  | "shape"
  /** A tensor's number type is not one that the operation takes. */
  | "dtype"
  /** Something is used after it was freed. */
  | "disposed"
  /** Stopped by the caller's signal; the reason is in `cause`. */
  | "aborted"
  /** LibTorch is not found, cannot be fetched, or cannot be used. */
  | "libtorch"
  /** The native addon is missing, was built for something else, or cannot be built. */
  | "addon"
  /** A device is asked for that is not there or cannot compute. */
  | "device"
  /** More memory is needed than there is, or than was allowed. */
  | "out-of-memory"
  /** Outputs, gradients or scores are NaN or infinite where numbers are needed. */
  | "not-finite"
  /** A file is there, but is not what it should be: cut off, damaged, of another format, or at odds with itself. */
  | "bad-file"
  /** LibTorch or the addon failed in a way that nothing above names. */
  | "native"
  /** A RASP program uses something that no transformer of this kind can compute. */
  | "unsupported"
  /** A RASP program is valid, but has no value on this input. */
  | "evaluation";

/** Codes that say that what was given was wrong, not that the work failed: exit code 2 of commands. */
export const inputErrorCodes: ReadonlySet<ErrorCode> = new Set([
  "bad-input",
  "not-found",
  "unknown-name",
  "shape",
  "dtype",
  "bad-file",
]);

/** What an error is about more exactly than its code says, where a caller can do something about that alone. */
export type ErrorReason =
  /** A prompt has no token. */
  | "empty-prompt"
  /** A prompt has nothing that could be right. */
  | "no-answers"
  /** An answer is not one token. */
  | "answer-of-several-tokens"
  /** An answer of a prompt is among its wrong answers. */
  | "answer-is-wrong-too"
  /** A model has no embedding, or no output, for a token. */
  | "token-outside-model"
  /** A tokenizer has no tokens for a text. */
  | "text-outside-vocabulary"
  /** The two prompts of a pair have not as many words as each other. */
  | "words-not-aligned"
  /** Prompts differ in length where they must not. */
  | "lengths-differ"
  /** The model of a ready-made task is not on this machine, and none was named. */
  | "no-model-of-task"
  /** Latents are to be kept that the autoencoders do not have. */
  | "latents-not-kept"
  /** What is to be done needs more memory than is free, by what is foretold: nothing was begun. */
  | "memory-foretold";

/**
 * The error that every AutoCircuit package throws: what was wrong, where, and what to do.
 *
 * `code` is one of {@link ErrorCode}; what lies below (an abort reason, a system error) is in `cause`. `reason` says more exactly what is wrong where
 * somebody asks for that; most errors have none.
 *
 * @example
 * ```ts
 * try {
 *   await model.forward({ tokens, signal });
 * } catch (error) {
 *   if (error instanceof AutocircuitError && error.code === "aborted") return;
 *   throw error;
 * }
 * ```
 */
export class AutocircuitError extends Error {
  override readonly name: string = "AutocircuitError";
  readonly code: ErrorCode;
  declare readonly reason?: ErrorReason;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; reason?: ErrorReason | undefined }) {
    super(message, options);
    this.code = code;
    if (options?.reason !== undefined) this.reason = options.reason;
  }
}
