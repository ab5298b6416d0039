import { type PatchableModel, runVersions } from "@autocircuit/core";
import {
  findTokenizer,
  type LogitRow,
  loadModel,
  logitTable,
  readConfig,
  resolveModelFolder,
  type TextTokenizer,
} from "@autocircuit/models";
import type { TransformerConfig } from "@autocircuit/native";
import type { Context } from "../context.ts";
import { processingOptions } from "../discover/processing-options.ts";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { processingDone } from "../support/logits-note.ts";
import { Progress } from "../support/progress.ts";
import { formatNumber, table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { drawn, likeliest } from "./choose.ts";
import { continueTokens, type StopReason } from "./continue-tokens.ts";
import { endTokens } from "./end-tokens.ts";

/** Options of `autocircuit generate`, as commander gives them. */
export interface GenerateCommandOptions extends DeviceCommandOptions {
  model: string;
  prompt?: string;
  tokens?: number[];
  maxTokens: number;
  temperature?: number;
  topK?: number;
  top?: number;
  seed: number;
  prependBos: boolean;
  processing?: string[];
  json?: string;
}

const REASONS: Readonly<Record<StopReason, string>> = {
  "end of text": "the model ended the text",
  length: "as many as asked for",
  context: "the model's context is full",
};

/** Continues a text or token ids, and prints the whole. */
export async function generate(options: GenerateCommandOptions, { signal, print }: Context): Promise<void> {
  requireWritable(options.json);
  const processing = processingOptions(options.processing);
  const { prompt, temperature, topK, seed, maxTokens, json } = options;
  if ((prompt === undefined) === (options.tokens === undefined))
    throw new UsageError("Give what to continue: either --prompt TEXT or --tokens 1,2,3.");
  if (topK !== undefined && temperature === undefined)
    throw new UsageError("--top-k needs --temperature: without it the likeliest token is always taken.");
  const folder = await resolveModelFolder(options.model, { signal });
  const config = await readConfig(folder);
  requireWriter(config, options.model);
  const tokenizer = await findTokenizer(folder);
  const promptTokens = options.tokens ?? encode(prompt!, tokenizer, options);
  checkPrompt(promptTokens, config);
  const room = config.context - promptTokens.length;
  if (maxTokens > room)
    print(
      `--max-tokens ${maxTokens}: there is room for ${room} at most, then the model's context of ${config.context} is full`,
    );
  const { steps, logits } = await processingDone(folder, processing);

  const used = await useDevice(options);
  using model = await loadModel(folder, { ...used.how, tokenizer, signal, ...processing });
  const next = options.top === undefined ? null : await nextTokens(model, promptTokens, options.top, { signal, print });
  if (next) for (const note of logits) print(note);
  using progress = new Progress("tokens");
  const started = performance.now();
  const { tokens, stopped } = await continueTokens(model, promptTokens, {
    choose: temperature === undefined ? likeliest : drawn(temperature, topK, seed),
    ends: await endTokens(folder, tokenizer?.eosId),
    maxTokens,
    signal,
    onToken: (written) => progress.update(written, Math.min(maxTokens, room)),
  });
  const seconds = (performance.now() - started) / 1000;
  const all = [...promptTokens, ...tokens];
  const text = tokenizer?.decode(all, { skipSpecialTokens: true }) ?? null;
  print(text ?? all.join(" "));
  print("");
  print(`${tokens.length} tokens after ${promptTokens.length}, ${REASONS[stopped]}; ${seconds.toFixed(2)} s`);
  if (!json) return;
  const sampling = temperature === undefined ? null : { temperature, topK: topK ?? null, seed };
  await writeJson(json, {
    ...{ model: options.model, text, promptTokens, tokens, stopped, sampling, seconds },
    ...(next && { next, processing: steps }),
    ...used.report,
    versions: runVersions(),
  });
  print(`wrote ${json}`);
}

/** Prints what comes next by itself. */
async function nextTokens(
  model: PatchableModel,
  prompt: readonly number[],
  top: number,
  { signal, print }: Pick<Context, "signal" | "print">,
): Promise<readonly LogitRow[]> {
  const { top: rows } = await logitTable(model, prompt, { top, signal });
  const texts = rows.some(({ text }) => text !== null);
  print(
    table(
      ["rank", "token", ...(texts ? ["text"] : []), "logit", "probability"],
      rows.map(({ rank, token, text, logit, probability }) => [
        ...[rank, token],
        ...(texts ? [JSON.stringify(text)] : []),
        ...[formatNumber(logit), formatNumber(probability)],
      ]),
    ),
  );
  return rows;
}

function encode(prompt: string, tokenizer: TextTokenizer | null, options: GenerateCommandOptions): number[] {
  if (!tokenizer)
    throw new UsageError(
      `${options.model} has no tokenizer, so a text cannot be read. Give token ids: --tokens 1,2,3.`,
    );
  const bos = options.prependBos && tokenizer.bosId !== null ? [tokenizer.bosId] : [];
  const ids = [...bos, ...tokenizer.encode(prompt)];
  if (ids.length > 0) return ids;
  throw new UsageError(
    "An empty --prompt needs a token that starts a text. Give some text, or token ids with --tokens.",
  );
}

function requireWriter({ causal, dVocab, dVocabOut }: TransformerConfig, model: string): void {
  if (!causal) throw new UsageError(`${model} is bidirectional: it reads whole texts and cannot continue one.`);
  if (dVocab !== dVocabOut)
    throw new UsageError(
      `${model} reads ${dVocab} tokens and gives ${dVocabOut} outputs, which are not tokens it could go on with.`,
    );
}

function checkPrompt(tokens: readonly number[], { dVocab, context }: TransformerConfig): void {
  const wrong = tokens.find((id) => id >= dVocab);
  if (wrong !== undefined)
    throw new UsageError(`Token id ${wrong} is outside the vocabulary: ids go from 0 to ${dVocab - 1}.`);
  if (tokens.length >= context)
    throw new UsageError(
      `The prompt has ${tokens.length} tokens and the model's context ${context}: there is no room to go on. Shorten it.`,
    );
}
