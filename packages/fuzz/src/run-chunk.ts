import fc from "fast-check";
import { type Outcomes, refusal } from "./outcome.ts";
import type { Target } from "./target.ts";

/** Cases that share a seed. A failure ends its chunk, so chunks are short. */
export const chunkCases = 250;

/** How long a smaller input is looked for. */
const shrinkMilliseconds = 5000;

/** An input that gave what it may not give. */
export interface Failure {
  readonly target: string;
  readonly kind: "error" | "hang" | "memory" | "crash";
  /** `--target NAME --seed SEED --cases CASES` runs it again. */
  readonly seed: number;
  readonly cases: number;
  /** The input, as small as it could be made. */
  readonly input: string;
  readonly message: string;
}

/** What came of a chunk. */
export interface ChunkResult {
  readonly outcomes: Outcomes;
  readonly failure?: Failure;
}

/**
 * Runs cases of one seed in this process.
 *
 * @param onCase called before each case, those of shrinking too
 */
export async function runChunk(
  target: Target,
  seed: number,
  cases: number,
  onCase: (shrinking: boolean) => void,
): Promise<ChunkResult> {
  const outcomes: Outcomes = {};
  let failedAt: number | undefined;
  const count = (outcome: string) => {
    if (failedAt === undefined) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  const property = fc.asyncProperty(target.input, async (input) => {
    // A smaller input is looked for as long as that is quick.
    fc.pre(failedAt === undefined || performance.now() - failedAt < shrinkMilliseconds);
    onCase(failedAt !== undefined);
    try {
      const outcome = await target.run(input);
      count(typeof outcome === "string" ? outcome : "ok");
    } catch (error) {
      const code = refusal(error);
      if (code !== undefined) return count(code);
      count("failure");
      failedAt ??= performance.now();
      throw error;
    }
  });
  const details = await fc.check(property, { seed, numRuns: cases });
  if (!details.failed) return { outcomes };
  return {
    outcomes,
    failure: {
      target: target.name,
      kind: "error",
      seed,
      cases: details.numRuns,
      input: shown(details.counterexample?.[0]),
      message: stackOf(details.errorInstance),
    },
  };
}

/** The input of one case of a chunk, which need not be run for it. */
export function inputAt(target: Target, seed: number, index: number): string {
  return shown(fc.sample(target.input, { seed, numRuns: index + 1 })[index]);
}

function shown(input: unknown): string {
  const text = fc.stringify(input);
  return text.length > 2000 ? `${text.slice(0, 2000)} …` : text;
}

/** An error's message with the place it comes from. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${shown(error)}`;
  const [message = "", ...lines] = (error.stack ?? String(error)).split("\n");
  return [message, ...lines.filter((line) => /^\s+at /.test(line)).slice(0, 4)].join("\n");
}
