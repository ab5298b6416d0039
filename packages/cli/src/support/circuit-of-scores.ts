import type { Circuit, PruneScores } from "@autocircuit/core";
import { type Rank, selectCircuit } from "@autocircuit/discovery";
import { UsageError } from "./usage-error.ts";

/** Which edges of saved scores are meant: so many that rank highest. */
export interface AskedEdges {
  readonly size?: number | undefined;
  readonly rank?: Rank | undefined;
}

/** @throws UsageError where edges are to be chosen of a file that names them itself */
export function requireNoChoice(path: string, { size, rank }: AskedEdges): void {
  const option = size !== undefined ? "--size" : rank !== undefined ? "--rank" : undefined;
  if (option) throw new UsageError(`${option} is for saved scores; ${path} names the edges itself.`);
}

/** The circuit of the so many edges of saved scores that rank highest, and what is to be said of ties. */
export async function circuitOfScores(
  scores: PruneScores,
  size: number,
  rank: Rank | undefined,
): Promise<{ circuit: Circuit; ties: string | undefined }> {
  const { circuit, notes } = await selectCircuit(scores, size, { rank });
  return { circuit, ties: notes[0] };
}
