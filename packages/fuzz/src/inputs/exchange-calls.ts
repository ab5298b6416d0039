import { formatEapIgCsv, formatEdgePruningJsonl, formatPromptFile } from "@autocircuit/circuits";
import { readAutocircuitPrompts, readEapIgCsv, readEdgePruningJsonl } from "@autocircuit/core";
import type { PublicCall } from "./public-call.ts";

const file = { prompts: [{ clean: "a", corrupt: "b", answers: [1], wrong_answers: [2] }] };
const sentences = { prompts: [{ clean: "a", corrupt: "b", answers: [" c"], wrong_answers: [" d"] }] };

/** A valid call of everything that reads or writes files of prompts and has a signature. */
export const exchangeCalls: Readonly<Record<string, PublicCall>> = {
  formatEapIgCsv: { takes: { file }, call: (t, o) => formatEapIgCsv(t.file, o) },
  formatEdgePruningJsonl: { takes: { file: sentences }, call: (t) => formatEdgePruningJsonl(t.file) },
  formatPromptFile: { takes: { file }, call: (t) => formatPromptFile(t.file) },
  readAutocircuitPrompts: {
    takes: { text: JSON.stringify(file), where: "p.json" },
    call: (t) => readAutocircuitPrompts(t.text, t.where),
  },
  readEapIgCsv: {
    takes: { text: "clean,corrupted,label\na b,c d,11\n", where: "p.csv" },
    call: (t) => readEapIgCsv(t.text, t.where),
  },
  readEdgePruningJsonl: {
    takes: { text: '{"text": "a b", "corr_text": "a c"}', where: "p.jsonl" },
    call: (t) => readEdgePruningJsonl(t.text, t.where),
  },
};
