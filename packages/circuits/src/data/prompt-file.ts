/** A prompt pair as AutoCircuit's JSON files hold it: token ids, and one list of answers per output position. */
export interface PromptRecord {
  clean: number[];
  corrupt: number[];
  answers: number[][];
  wrong_answers: number[][];
}

/** A data-set file: AutoCircuit's `prompts`, with where they come from. */
export interface GeneratedPrompts {
  task: string;
  description: string;
  /** The command that writes this very file. */
  command: string;
  seed: number;
  prompts: PromptRecord[];
}

/** JSON with one prompt a line, so that a diff of two data sets can be read. */
export function formatPromptFile(file: GeneratedPrompts): string {
  const { prompts, ...about } = file;
  const head = Object.entries(about).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  const lines = prompts.map((prompt) => `    ${JSON.stringify(prompt)}`);
  return `{\n${head.join("")}  "prompts": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
