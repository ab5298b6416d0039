import { counted, formatNumber } from "@autocircuit/base";
import { type PatchableModel, runVersions } from "@autocircuit/core";
import {
  findTokenizer,
  type LogitRow,
  loadModel,
  logitTable,
  readConfig,
  requireWriter,
  resolveModelFolder,
  roomBehind,
  type StopReason,
} from "@autocircuit/models";
import type { Context } from "../context.ts";
import { processingOptions } from "../discover/processing-options.ts";
import type { DeviceCommandOptions } from "../support/device-options.ts";
import { processingDone } from "../support/logits-note.ts";
import { Progress } from "../support/progress.ts";
import { type PromptOptions, promptIds, requirePrompt } from "../support/prompt-ids.ts";
import { table } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { useDevice } from "../support/use-device.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import { continueShown } from "./continue-shown.ts";

/** Options of `autocircuit generate`, as commander gives them. */
export interface GenerateCommandOptions extends DeviceCommandOptions, PromptOptions {
  maxTokens: number;
  temperature?: number;
  topK?: number;
  top?: number;
  seed: number;
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
  const { temperature, topK, seed, maxTokens, json } = options;
  requirePrompt(options, "continue");
  if (topK !== undefined && temperature === undefined)
    throw new UsageError("--top-k needs --temperature: without it the likeliest token is always taken.");
  const folder = await resolveModelFolder(options.model, { signal });
  const config = await readConfig(folder);
  requireWriter(config, options.model);
  const tokenizer = await findTokenizer(folder);
  const promptTokens = promptIds(options, tokenizer, config);
  const room = roomBehind(promptTokens.length, config.context);
  if (maxTokens > room)
    print(
      `--max-tokens ${maxTokens}: there is room for ${room} at most, then the model's context of ${config.context} is full`,
    );

  const used = await useDevice(options);
  using model = await loadModel(folder, { ...used.how, tokenizer, signal, ...processing });
  const { steps, logits } = processingDone(model);
  const next = options.top === undefined ? null : await nextTokens(model, promptTokens, options.top, { signal, print });
  if (next) for (const note of logits) print(note);
  using progress = new Progress("tokens");
  const started = performance.now();
  const whole = (tokens: readonly number[]) => [...promptTokens, ...tokens];
  const textOf = (tokens: readonly number[]) => tokenizer?.decode(whole(tokens), { skipSpecialTokens: true }) ?? null;
  const printed = (tokens: readonly number[]) => print(textOf(tokens) ?? whole(tokens).join(" "));
  const how = { maxTokens, temperature, topK, seed, signal };
  const onToken = (written: number) => progress.update(written, Math.min(maxTokens, room));
  const { tokens, stopped } = await continueShown(model, promptTokens, { ...how, onToken }, (some) => {
    progress[Symbol.dispose]();
    printed(some);
  });
  const seconds = (performance.now() - started) / 1000;
  printed(tokens);
  print("");
  print(
    `${counted(tokens.length, "token")} after ${promptTokens.length}, ${REASONS[stopped]}; ${seconds.toFixed(2)} s`,
  );
  if (!json) return;
  const sampling = temperature === undefined ? null : { temperature, topK: topK ?? null, seed };
  await writeJson(json, {
    ...{ model: options.model, text: textOf(tokens), promptTokens, tokens, stopped, sampling, seconds },
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
