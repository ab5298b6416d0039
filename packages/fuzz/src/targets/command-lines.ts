import { mkdirSync, writeFileSync } from "node:fs";
import { runProgram } from "@autocircuit/cli";
import fc from "fast-check";
import { scratchFolder } from "../inputs/scratch.ts";
import { tinyConfig } from "../inputs/tiny-model.ts";
import { target, WrongResult } from "../target.ts";

// Nothing is fetched or built, and what is written goes into a folder of this process.
process.env.HF_HUB_OFFLINE = "1";
process.env.AUTOCIRCUIT_DEBUG = "1";
const folder = scratchFolder();
process.env.AUTOCIRCUIT_MODELS = `${folder}/models`;
process.chdir(folder);

const pair = { clean: [3, 0, 1, 2, 0, 1], corrupt: [3, 1, 0, 2, 0, 1], answers: [0], wrong_answers: [1] };
mkdirSync("model");
const files: Readonly<Record<string, string>> = {
  "prompts.json": JSON.stringify({ prompts: [pair, pair] }),
  "model/config.json": JSON.stringify({ n_layers: tinyConfig.layers }),
  "circuit.json": JSON.stringify({ circuit: "c", edges: [{ edge: "Resid Start->Resid End", token: null }] }),
  "broken.json": "{",
  "empty.csv": "",
  "program.mjs": "export default 5;",
};
for (const [name, text] of Object.entries(files)) writeFileSync(name, text);

/** Those that run a model get a signal that has fired already: they read all they are given, and stop. */
const long = ["discover", "measure", "patch", "generate", "datasets"];
const short = ["tasks", "circuits", "model", "convert", "compile"];
const values = [
  ...[
    "tracr-reverse",
    "tracr-xproportion",
    "ioi",
    "ioi-component",
    "reverse",
    "hist",
    "gpt2",
    "model",
    "no-such",
    ...Object.keys(files),
  ],
  ...[
    "out.json",
    "out.csv",
    "out",
    "none/none.json",
    "0",
    "1",
    "5",
    "-1",
    "1.5",
    "1e9",
    "99999999999999999999",
    "NaN",
    "",
    ",",
    "a,b",
  ],
  ...[
    "resample",
    "zero",
    "acdc",
    "mask-gradient",
    "random",
    "last_seq",
    "kl-clean",
    "cpu",
    "cuda:7",
    "float16",
    "--",
    "-",
  ],
];

const options = await optionNames();
// Paths stay in the folder.
const anyText = fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/[/.~\0]/g, "_"));
const value = fc.oneof({ arbitrary: fc.constantFrom(...values), weight: 8 }, { arbitrary: anyText, weight: 1 });

export default target({
  name: "command-lines",
  about: "any words after `autocircuit`",
  input: fc
    .oneof({ arbitrary: fc.constantFrom(...long, ...short), weight: 20 }, { arbitrary: anyText, weight: 1 })
    .chain((command) => {
      const names = options.get(command) ?? ["--help", "--version"];
      const option = fc.tuple(fc.constantFrom(...names, ...names, "--no-such"), fc.option(value));
      return fc.record({
        command: fc.constant(command),
        operands: fc.array(value, { maxLength: 2 }),
        options: fc.array(option, { maxLength: 4 }),
      });
    }),
  run: async ({ command, operands, options }) => {
    const args = [
      command,
      ...operands,
      ...options.flatMap(([name, value]) => (value === null ? [name] : [name, value])),
    ];
    const { code, words } = await run(
      args,
      long.includes(command) ? AbortSignal.abort() : new AbortController().signal,
    );
    if (![0, 1, 2, 130].includes(code)) throw new WrongResult(`exit code ${code}: ${words}`);
    const unforeseen = /^(Type|Range|Reference|Syntax|Eval|URI|Assertion)?Error( \[\w+\])?: .*/m.exec(words);
    if (unforeseen)
      throw new WrongResult(`${args.join(" ")}\n${words.slice(unforeseen.index, unforeseen.index + 600)}`);
    if (code !== 0 && words.trim() === "") throw new WrongResult(`exit code ${code} without a word`);
    return `exit ${code}`;
  },
});

async function run(args: readonly string[], signal: AbortSignal): Promise<{ code: number; words: string }> {
  let words = "";
  const write = (text: string) => {
    if (words.length < 20_000) words += text;
  };
  return { code: await runProgram(args, signal, { out: write, err: write }), words };
}

/** The options of each command, as its help lists them. */
async function optionNames(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const command of [...long, ...short]) {
    const { words } = await run([command, "--help"], new AbortController().signal);
    found.set(command, [...new Set(words.match(/(?<=^\s+(-\w, )?)--[a-z][a-z-]*/gm))]);
  }
  return found;
}
