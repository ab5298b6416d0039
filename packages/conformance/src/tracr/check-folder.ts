import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CompiledModel, RaspError } from "@autocircuit/tracr";
import { checkGoldenLogits } from "./check-logits.ts";
import { checkGoldenModel, compileGoldenModel } from "./check-model.ts";
import { checkGoldenProgram, checkGoldenRandomProgram } from "./check-programs.ts";
import type { OutputsListener, Report } from "./compare.ts";
import type { GoldenLogits, GoldenModel, GoldenProgram, GoldenRandomProgram } from "./golden.ts";

/**
 * Checks this compiler against golden data of tracr: every `*.json` of `directory`, told apart by its shape. Models (`reverse.json`),
 * their outputs over a data set (`reverse_logits.json`), library cases (`programs.json`), random programs (`random_programs.json`).
 * Weights, labels and configs must be equal exactly, outputs to 1e-12.
 *
 * @param report receives every single check
 * @param onOutputs receives the golden outputs with their compiled models, to hold another forward pass against them
 */
export function checkTracrConformance(directory: string, report: Report, onOutputs?: OutputsListener): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .sort();
  if (files.length === 0) throw new RaspError("bad-input", `${directory} holds no JSON files to check against`);
  const contents = files.map((name) => ({
    name,
    content: JSON.parse(readFileSync(join(directory, name), "utf8")) as unknown,
  }));
  const models = new Map<string, CompiledModel>();
  for (const { content } of contents) {
    if (!isModel(content)) continue;
    const compiled = compileGoldenModel(content);
    if (compiled !== null) models.set(content.task, compiled);
  }
  for (const { name, content } of contents) {
    for (const entry of Array.isArray(content) ? (content as unknown[]) : [content]) {
      try {
        checkEntry(name, entry, models, report, onOutputs);
      } catch (error) {
        report(`${name}: runs`, false, String(error));
      }
    }
  }
}

function checkEntry(
  name: string,
  entry: unknown,
  models: ReadonlyMap<string, CompiledModel>,
  report: Report,
  onOutputs?: OutputsListener,
): void {
  if (isModel(entry)) {
    checkGoldenModel(entry, report);
  } else if (isRandomProgram(entry)) {
    checkGoldenRandomProgram(entry, report);
  } else if (isProgram(entry)) {
    checkGoldenProgram(entry, report, onOutputs);
  } else if (isLogits(entry)) {
    const compiled = models.get(entry.task);
    if (compiled === undefined) report(`${name}: known model`, false, `no model file for the task ${entry.task}`);
    else checkGoldenLogits(entry, compiled, report, onOutputs);
  } else {
    report(`${name}: known shape`, false, "an entry is no model, no outputs, no library case and no random program");
  }
}

const has = (content: unknown, ...keys: string[]): boolean =>
  typeof content === "object" && content !== null && keys.every((key) => key in content);

const isModel = (content: unknown): content is GoldenModel => has(content, "task", "weights_tl64", "graph");
const isLogits = (content: unknown): content is GoldenLogits =>
  has(content, "task", "clean_tokens", "logits_clean_w64");
const isProgram = (content: unknown): content is GoldenProgram => has(content, "name", "mode", "params");
const isRandomProgram = (content: unknown): content is GoldenRandomProgram => has(content, "nodes", "root", "params");
