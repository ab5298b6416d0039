import { join } from "node:path";
import type { Cost } from "../measured.ts";
import { median, spread } from "../statistics.ts";
import { agreement, readNumbers } from "./agreement.ts";
import { type Answer, type Command, Participant, ParticipantError } from "./participant.ts";
import { OURS, type PeerFailure, type PeerResult } from "./peers-report.ts";

/** What {@link compare} takes. */
export interface CompareOptions {
  /** This project first: the others' numbers are compared with its. */
  sides: readonly { name: string; command: Command }[];
  /** File with the case. */
  case: string;
  /** Where numbers are written. */
  folder: string;
  repeats: number;
  /** Whether the sides' numbers should be the same. */
  comparable: boolean;
  /** Seconds after which a side is given up. */
  limit: number;
  onStep?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

interface Side {
  participant: Participant;
  costs: Cost[];
  peakBytes: number;
  agreement?: PeerResult["agreement"];
}

/**
 * Lets every side do one case: once untimed, which fills caches and gives its numbers, then in timed rounds, taking turns, so that a
 * slow spell of the machine hits all alike.
 *
 * @returns what each took, and what went wrong at a side, which then is left out
 * @throws ParticipantError when this project's own side fails
 */
export async function compare(options: CompareOptions): Promise<{ results: PeerResult[]; failures: PeerFailure[] }> {
  const { sides, repeats, onStep, signal } = options;
  const failures: PeerFailure[] = [];
  let running: Side[] = [];
  const attempt = async (side: Side, step: (side: Side) => Promise<void>) => {
    try {
      await step(side);
    } catch (error) {
      if (signal?.aborted || side.participant.name === OURS || !(error instanceof Error)) throw error;
      failures.push({ who: side.participant.name, why: error.message });
      running = running.filter((other) => other !== side);
      await side.participant.close();
    }
  };
  const each = async (step: (side: Side) => Promise<void>) => {
    for (const side of [...running]) await attempt(side, step);
  };
  try {
    for (const { name, command } of sides) {
      running.push({ participant: new Participant(name, command), costs: [], peakBytes: 0 });
    }
    const ask = (side: Side, message: Answer) => side.participant.ask(message, options.limit, signal);
    // Nothing is measured yet: all read their model at the same time.
    const open = async (side: Side) =>
      void (await ask(side, { do: "open", case: options.case, peer: side.participant.name }));
    await Promise.all(running.map((side) => attempt(side, open)));
    let ours: Float32Array | undefined;
    await each(async (side) => {
      await timed(side, ask);
      side.costs.length = 0;
      if (!options.comparable) return;
      const file = join(options.folder, "numbers.f32");
      await ask(side, { do: "result", file });
      const numbers = await readNumbers(file);
      if (ours === undefined) ours = numbers;
      else side.agreement = agreement(ours, numbers);
    });
    for (let round = 1; round <= repeats; round++) {
      await each((side) => timed(side, ask));
      onStep?.(`  round ${round} of ${repeats}`);
    }
    return { results: running.map(resultOf), failures };
  } finally {
    await Promise.all(running.map(({ participant }) => participant.close()));
  }
}

async function timed(side: Side, ask: (side: Side, message: Answer) => Promise<Answer>): Promise<void> {
  const cost = (await ask(side, { do: "run" })) as unknown as Cost;
  if (![cost.seconds, cost.cpuSeconds, cost.peakBytes].every(Number.isFinite)) {
    throw new ParticipantError(`told no cost: ${JSON.stringify(cost)}`);
  }
  side.costs.push(cost);
  side.peakBytes = Math.max(side.peakBytes, cost.peakBytes);
}

function resultOf({ participant, costs, peakBytes, agreement: found }: Side): PeerResult {
  const seconds = costs.map((cost) => cost.seconds);
  return {
    who: participant.name,
    seconds: median(seconds),
    cpuSeconds: median(costs.map((cost) => cost.cpuSeconds)),
    peakBytes,
    spread: spread(seconds),
    ...(found && { agreement: found }),
  };
}
