import {
  loadPrompts,
  type PromptFile,
  type PromptOptions,
  readAutocircuitPrompts,
  readEapIgCsv,
  readEdgePruningJsonl,
} from "@autocircuit/core";
import fc from "fast-check";
import { byteEdits, editText } from "../inputs/edit-bytes.ts";
import { documentEdits, editDocument } from "../inputs/edit-json.ts";
import { hostileValue } from "../inputs/hostile.ts";
import { target, WrongResult } from "../target.ts";

const ids = (...clean: number[]) => ({
  clean,
  corrupt: clean.map((id) => (id + 1) % 5),
  answers: [1],
  wrong_answers: [2],
});
const files: PromptFile[] = [
  {
    prompts: [ids(0, 1, 2), ids(1, 2, 3), ids(4, 3, 2), ids(0, 0, 1)],
    seq_labels: ["a", "b", "c"],
    word_idxs: { a: 0 },
  },
  { prompts: [{ clean: "ab", corrupt: "ba", answers: ["a"], wrong_answers: ["b"] }, ids(0, 1)] },
  { prompts: [ids(1), ids(1, 2)] },
];
const texts = [
  'clean,corrupted,correct_idx,incorrect_idx\nThe cat,The dog,3,4\n"a, b","c""d","[1, 2]",[3]\n',
  "clean,corrupted,country_idx,corrupted_country_idx,label\nx y,z w,1,2,l\n",
  '{"prefix": "She said", "corr_prefix": "He said", "pronoun": "she"}\n{"text": "a b c", "corr_text": "a b d"}\n',
  '{"prefix": "The war of 17", "corr_prefix": "The war of 01", "digits": 17}\n',
];
const readers = [readEapIgCsv, readEapIgCsv, readEdgePruningJsonl, readEdgePruningJsonl] as const;
/** A tokenizer of letters. */
const tokenizer = {
  encode: (text: string) => Array.from(text, (letter) => letter.charCodeAt(0) % 5),
  padId: 0,
  bosId: null,
};

export default target({
  name: "prompts",
  about: "prompt files of AutoCircuit, EAP-IG and Edge-Pruning, and how they are read",
  input: fc.oneof(
    fc.record({ kind: fc.constant("text" as const), reader: fc.nat(texts.length - 1), bytes: byteEdits }),
    fc.record({
      kind: fc.constant("object" as const),
      document: documentEdits(files.length, ["clean", "answers"]),
      options: fc.dictionary(
        fc.constantFrom("batchSize", "size", "seed", "padId", "vocabulary", "answers", "tokenizer"),
        hostileValue,
        {
          maxKeys: 1,
        },
      ),
    }),
  ),
  run: async (input) => {
    if (input.kind === "text")
      return void readers[input.reader]!(editText(texts[input.reader]!, input.bytes), "prompts");
    const file = editDocument(files[input.document.base], input.document.edits);
    readOr(() => readAutocircuitPrompts(JSON.stringify(file) ?? "", "prompts.json"));
    const options = { tokenizer, ...input.options } as PromptOptions;
    const whole = await loadPrompts(file as PromptFile, { tokenizer, padId: 0, all: true });
    const { length } = (file as PromptFile).prompts;
    if (whole.promptCount !== length) throw new WrongResult(`${whole.promptCount} of ${length} prompts`);
    whole[Symbol.dispose]();
    const { train, test } = await loadPrompts(file as PromptFile, options);
    for (const prompts of [train, test]) {
      for (const batch of prompts) {
        const { shape } = batch.clean;
        if (shape[0] !== batch.size || shape[1] !== batch.seqLen) throw new WrongResult(`tokens are [${shape}]`);
      }
      prompts[Symbol.dispose]();
    }
  },
});

/** Reads for the errors; one that may be is no reason not to go on. */
function readOr(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if ((error as Error).name !== "AutocircuitError") throw error;
  }
}
