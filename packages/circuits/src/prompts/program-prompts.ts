import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type CompiledModel, evaluate, type Token } from "@autocircuit/tracr";
import type { RawTokenPrompt } from "./prompt-file.ts";
import { sequencePairs } from "./sequence-pairs.ts";

/** Which outputs of a compiled program are the answers. */
export type AnsweredPositions = "all" | "last";

/** How to make prompt pairs for a compiled program. */
export interface ProgramPromptsOptions {
  /** Answers at every position after BOS, or at the last one only. */
  positions: AnsweredPositions;
  /** Prompt pairs to make. */
  count: number;
  /** Default 0. */
  seed?: number;
}

const check = signature(
  "programPrompts",
  { compiled: kind.having("a compiled model", "input", "settings", "program") },
  {
    positions: kind.required(kind.oneOf(["all", "last"])),
    count: kind.required(kind.count),
    seed: kind.whole,
  } satisfies KindsOf<ProgramPromptsOptions>,
);

/**
 * Prompt pairs for a compiled program: inputs of full length, with what the program itself (not the model) says as answers. Clean and
 * corrupt prompts have different answers, and the clean ones are spread evenly over the answers that occur.
 *
 * @throws AutocircuitError when the program is undefined at an answered position
 */
export function programPrompts(compiled: CompiledModel, options: ProgramPromptsOptions): RawTokenPrompt[] {
  check({ compiled }, options);
  const { input, settings } = compiled;
  const known = new Map<string, readonly number[]>();
  const answers = (ids: readonly number[]): readonly number[] => {
    const key = ids.join(" ");
    const found = known.get(key) ?? answersOf(compiled, input.decode(ids), options.positions);
    known.set(key, found);
    return found;
  };
  return sequencePairs({
    alphabet: settings.vocab.map((token) => input.id(token)),
    length: settings.maxSeqLen,
    bos: input.bos,
    answers,
    count: options.count,
    balanced: true,
    answersDiffer: true,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
}

function answersOf(
  { program, output }: CompiledModel,
  tokens: readonly Token[],
  positions: AnsweredPositions,
): number[] {
  const values = evaluate(program, tokens);
  return (positions === "last" ? values.slice(-1) : values).map((value, i) => {
    const answer = value === null ? -1 : output.encoding === "numerical" ? Number(value) : output.id(value);
    if (value !== null && (answer >= 0 || output.encoding === "numerical")) return answer;
    throw new AutocircuitError(
      "bad-input",
      `The program gives no output at position ${i} of ${tokens.join(" ")}. Answer the last position only.`,
    );
  });
}
