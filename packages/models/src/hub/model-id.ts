import { AutocircuitError } from "@autocircuit/base";

/** A model on the hub. */
export interface ModelId {
  /** `owner/name` */
  readonly name: string;
  /** Names it may be cached under, the one that was asked for first. */
  readonly aliases: readonly string[];
}

/** Names from before models had owners, as papers and notebooks still write them. */
const BARE: Readonly<Record<string, string>> = {
  gpt2: "openai-community/gpt2",
  "gpt2-medium": "openai-community/gpt2-medium",
  "gpt2-large": "openai-community/gpt2-large",
  "gpt2-xl": "openai-community/gpt2-xl",
  distilgpt2: "distilbert/distilgpt2",
};

const PART = "[A-Za-z0-9_][A-Za-z0-9._-]{0,95}";
const OWNED = new RegExp(`^${PART}/${PART}$`);

/**
 * Reads the name of a model on the hub.
 *
 * @throws AutocircuitError `not-found` for what can be no such name, with what was tried
 * @example
 * parseModelId("gpt2").name; // "openai-community/gpt2"
 */
export function parseModelId(text: string): ModelId {
  const owned = Object.hasOwn(BARE, text) ? BARE[text]! : text;
  if (!OWNED.test(owned) || /--|\.\./.test(owned)) {
    throw new AutocircuitError(
      "not-found",
      `${JSON.stringify(text)} does not exist as a folder, nor can it be a model on the hub: their names have the form owner/name ` +
        `(known without an owner: ${Object.keys(BARE).join(", ")}).`,
    );
  }
  const bare = Object.keys(BARE).find((name) => BARE[name] === owned);
  const aliases = new Set([text, owned, ...(bare === undefined ? [] : [bare])]);
  return { name: owned, aliases: [...aliases] };
}
