import { AutocircuitError } from "@autocircuit/base";
import { scope, type Tensor } from "@autocircuit/native";
import { Tokens } from "../prompts/tokens.ts";
import { notFiniteCause } from "./not-finite-cause.ts";
import type { RunningModel } from "./sized-model.ts";
import { isNarrow } from "./wide-logits.ts";

/** What gave the logits that {@link requireFinite} looks at. */
export interface LogitsOrigin {
  readonly model: RunningModel;
  /** `[B, P]`. */
  readonly tokens: Tokens | Tensor;
  /** What was patched, in a few words; empty for the plain model. Asked only when there is something to report. */
  readonly patched: () => string;
}

/** Most token ids of a prompt in a message. */
const SHOWN = 12;

/**
 * Checks that logits are numbers. One sum over them tells in nearly all cases: it is finite only if all of them are.
 *
 * @param logits `[B, vocabulary]` or `[B, positions, vocabulary]`; stay the caller's
 * @throws AutocircuitError `not-finite` naming the first such prompt, what was patched, and the likely cause
 */
export async function requireFinite(logits: Tensor, { model, tokens, patched }: LogitsOrigin): Promise<void> {
  using sum = scope(() => wide(logits).sum());
  if (Number.isFinite(await sum.item())) return;
  const row = await firstBrokenRow(logits);
  if (row < 0) return;
  const prompts = Tokens.of(tokens);
  const text = patched();
  const prompt = await promptText(prompts, row);
  const cause = await notFiniteCause(model, prompts, text !== "");
  throw new AutocircuitError(
    "not-finite",
    `The logits of ${prompt} are not numbers (NaN or infinite)${text && `, ${text}`}. ${cause}`,
  );
}

/** The first example with a number that is none, or -1. */
async function firstBrokenRow(logits: Tensor): Promise<number> {
  const finite = await scope(() => wide(logits).isFinite().reshape([logits.shape[0]!, -1]).to("float32").min(1).data());
  return Array.from(finite, Number).indexOf(0);
}

/** A prompt by its number in the loader, or its row where the tokens know no number, with its first token ids. */
async function promptText({ ids, padding, numbers, size }: Tokens, row: number): Promise<string> {
  // A kept run repeats its prompts for each mask.
  const prompt = row % size;
  using chosen = ids.select(0, prompt);
  const all = Array.from(await chosen.data(), Number).slice(padding?.[prompt] ?? 0);
  const shown = `${all.slice(0, SHOWN).join(" ")}${all.length > SHOWN ? " ..." : ""}`;
  return `prompt ${numbers?.[prompt] ?? `in row ${prompt}`} (tokens ${shown})`;
}

/** Sums of half precision end where the type does, so they are taken in float32. */
function wide(logits: Tensor): Tensor {
  const plain = logits.detach();
  return isNarrow(plain) ? plain.to("float32") : plain;
}
