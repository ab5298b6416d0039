import { AutocircuitError } from "@autocircuit/base";
import {
  fittingPrompts,
  type PairAlignment,
  type PrepareOptions,
  type PromptsInTokens,
  promptsInTokens,
  readPrompts,
  type Tokenizer,
  unfitReason,
} from "@autocircuit/core";

/** Prompts that are read, and what is known of them. */
export interface OwnPrompts extends PromptsInTokens {
  /** How `loadPrompts` makes token ids of them. */
  how: PrepareOptions;
  /** What was left out, in words. */
  note: string | undefined;
}

/** How prompts are read. */
export interface OwnPromptsOptions {
  tokenizer: Tokenizer | null;
  /** Whether the token that starts a text is put before prompts given as text, where there is one. */
  prependBos: boolean;
  /** Only prompts of so many tokens. */
  seqLen: number | undefined;
  /** Which positions of a pair's prompts belong together where they differ in length. */
  align?: PairAlignment | undefined;
  /** Leave out prompts that do not fit the model, and with `byToken` those of another length than most. Default false. */
  skipUnfit?: boolean | undefined;
  /** Whether all must have one length. Default false. */
  byToken?: boolean | undefined;
  vocabulary: number;
  outputVocabulary: number;
}

/**
 * Reads prompts and makes token ids of them, before the model is loaded.
 *
 * @throws AutocircuitError naming file and prompt for what cannot be used, with the command line's names
 */
export async function readOwnPrompts(files: readonly string[], options: OwnPromptsOptions): Promise<OwnPrompts> {
  const { tokenizer, prependBos, seqLen, vocabulary, outputVocabulary, align } = options;
  const how: PrepareOptions = {
    ...{ tokenizer, vocabulary, outputVocabulary, align, padId: 0 },
    // Where the model has no such token there is none to prepend; asking for it would be an error.
    ...(!prependBos && { prependBos }),
  };
  // Read once: a pipe gives its content only once.
  const { source: fitting, note } = options.skipUnfit
    ? await fittingPrompts(files, { ...how, oneLength: options.byToken ?? false })
    : { source: await readPrompts(files).catch(offeringSkip), note: undefined };
  const { byToken: oneLength } = options;
  const read = await promptsInTokens(fitting, { ...how, seqLen, oneLength }).catch(offeringSkip);
  return { ...read, how, note };
}

/** Said where prompts do not fit. */
const OFFER = "--skip-unfit leaves out such prompts and counts them.";

/** Throws an error about prompts again, with what leaves out such prompts. */
export function offeringSkip(error: unknown): never {
  if (!(error instanceof AutocircuitError) || unfitReason(error) === undefined) throw error;
  const { code, message, cause, reason } = error;
  throw new AutocircuitError(code, `${message} ${OFFER}`, { cause, reason });
}
