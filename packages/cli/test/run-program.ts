import { fileURLToPath } from "node:url";
import { runProgram } from "../src/program.ts";

/** Runs the command line in this process; gives its exit code and what it wrote. */
export async function run(args: readonly string[], signal: AbortSignal = new AbortController().signal) {
  let out = "";
  let err = "";
  const code = await runProgram(args, signal, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

/** Folder of trained models that are tried where they are at hand. */
export const trainedModels = fileURLToPath(new URL("../../../../shared/models", import.meta.url));

/** A small GPT-2 that comes with the project. */
export const smallGpt2 = fileURLToPath(new URL("../../conformance/fixtures/hf/gpt2", import.meta.url));

/** A small Llama in GGUF, in blocks of several types, with a tokenizer of a few letters. */
export const smallGguf = fileURLToPath(new URL("../../models/test/fixtures/gguf/llama.gguf", import.meta.url));
