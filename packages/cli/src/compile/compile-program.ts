import { join } from "node:path";
import { cannotWrite, counted, formatNumber, suggest } from "@autocircuit/base";
import {
  type CompiledModel,
  type CompileOptions,
  compile,
  compileLibraryProgram,
  libraryPrograms,
  programTable,
  SOp,
  saveModel,
  type Token,
} from "@autocircuit/tracr";
import type { Context } from "../context.ts";
import { synchronously } from "../support/interrupt.ts";
import { table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { isModulePath, loadDefaultExport } from "./load-module.ts";

/** Options of `autocircuit compile`. */
export interface CompileCommandOptions {
  vocab?: string[];
  maxSeqLen?: number;
  bos?: string;
  causal?: boolean;
  mode?: string;
  out: string;
}

const MODES = ["compatible", "corrected"];

/** Compiles a program, prints its table and writes the model folder. */
export async function compileProgram(
  name: string,
  options: CompileCommandOptions,
  { print, signal }: Context,
): Promise<void> {
  const settings = compileOptions(options);
  const compiled = isModulePath(name)
    ? await compileFile(name, settings)
    : await synchronously(() => compileNamed(name, settings));
  signal.throwIfAborted();
  const { config } = compiled;
  print(
    table(
      ["expression", "values", "computed by", "block"],
      programTable(compiled).map((row) => [row.expression, row.valueKind, row.node, row.block ?? "-"]),
    ),
  );
  print(
    `${counted(config.layers, "block")}, ${counted(config.heads, "head")} of ${config.dHead}, width ${config.dModel}, MLP ${config.dMlp}, ` +
      `${config.dVocab} tokens in, ${config.dVocabOut} out, ${formatNumber(parameters(compiled))} parameters`,
  );
  await saveModel(compiled, options.out).catch((cause: unknown) => {
    throw cannotWrite(options.out, cause);
  });
  print(
    `wrote ${["config.json", "model.safetensors", "tracr.json"].map((file) => join(options.out, file)).join(", ")}`,
  );
}

function compileOptions({ vocab, maxSeqLen, bos, causal, mode }: CompileCommandOptions): Partial<CompileOptions> {
  if (mode !== undefined && !MODES.includes(mode))
    throw new UsageError(`There is no mode "${mode}". ${suggest(mode, MODES)}`);
  return {
    ...(vocab && { vocab: vocab.map(tokenOf) }),
    ...(maxSeqLen !== undefined && { maxSeqLen }),
    ...(bos !== undefined && { bos }),
    ...(causal && { causal }),
    ...(mode !== undefined && { mode: mode as CompileOptions["mode"] & string }),
  };
}

/** Tokens that read as numbers are numbers, as programs that compute with them expect. */
function tokenOf(text: string): Token {
  const token = text.trim();
  if (token === "") throw new UsageError('--vocab has an empty token. Give tokens like "a,b,c" or "1,2,3".');
  return Number.isFinite(Number(token)) ? Number(token) : token;
}

function compileNamed(name: string, settings: Partial<CompileOptions>): CompiledModel {
  if (Object.hasOwn(libraryPrograms, name)) return compileLibraryProgram(name, settings);
  throw new UsageError(
    `There is no program "${name}", and it is no .ts or .js file. ${suggest(name, Object.keys(libraryPrograms))}`,
  );
}

async function compileFile(path: string, settings: Partial<CompileOptions>): Promise<CompiledModel> {
  const { vocab, maxSeqLen } = settings;
  if (!vocab || maxSeqLen === undefined) throw new UsageError("A program of your own needs --vocab and --max-seq-len.");
  const program = await loadDefaultExport(path);
  if (program instanceof SOp) return synchronously(() => compile(program, { ...settings, vocab, maxSeqLen }));
  throw new UsageError(
    `The default export of ${path} is no RASP expression. Build it from @autocircuit/tracr: tokens, select, aggregate, ...`,
  );
}

const parameters = ({ weights }: CompiledModel) =>
  Object.values(weights).reduce((sum, { data }) => sum + data.length, 0);
