import { GgufFile } from "../gguf-file.ts";

/** The end of a text, of a turn in a conversation, and of a message. */
const ENDS = ["eos", "eot", "eom"];

/** Ids of all tokens that a GGUF file names as ends. @throws AutocircuitError `not-found`, `bad-file` */
export async function ggufEndIds(path: string): Promise<number[]> {
  await using file = await GgufFile.open(path);
  const ids = ENDS.map((end) => file.metadata.number(`tokenizer.ggml.${end}_token_id`, -1));
  return ids.filter((id) => id >= 0);
}
