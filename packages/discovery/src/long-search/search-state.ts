import { AutocircuitError, kind } from "@autocircuit/base";
import type { Circuit, PruneScores } from "@autocircuit/core";
import { ownName } from "../own-names.ts";

/** Where a long search stands, as JSON can hold it. What is in it belongs to the algorithm. */
export interface SearchState {
  /** Name of the algorithm. */
  readonly algorithm: string;
  /** What it was asked for: the algorithm's options and the graph. A search that was asked for something else is refused. */
  readonly asked: string;
  readonly at: Readonly<Record<string, unknown>>;
}

/** A long search while it runs. Both can be asked for at any time, also when it is being stopped. */
export interface RunningSearch {
  /** Where it stands, to go on from. */
  state(): SearchState;
  best(): BestSoFar;
}

/** The best that a search has found so far. */
export interface BestSoFar {
  /** A number an edge. */
  readonly scores: PruneScores;
  /** The circuit of these scores: all edges while there is no smaller one. Null where a search has none before its end, as training has. */
  readonly circuit: Circuit | null;
  /** What it is, in words. */
  readonly text: string;
}

/** {@link BestSoFar.text} where no smaller circuit was found yet. */
export const NOTHING_SMALLER = "nothing smaller than the whole graph was found yet";

/** Options of searches that can be stopped and go on. */
export interface ResumableOptions {
  /** Called once with the search, as soon as it has anything to show. */
  readonly onSearch?: ((search: RunningSearch) => void) | undefined;
  /** Where an earlier run of the same search stood: it goes on from there, to the same result. */
  readonly resume?: SearchState | undefined;
}

/** What {@link ResumableOptions} may be. */
export const resumableOptions = {
  onSearch: kind.callback,
  resume: kind.such("the state of a search (see onSearch)", (value) => {
    const { algorithm, asked, at } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
    return typeof algorithm === "string" && typeof asked === "string" && kind.record.accepts(at);
  }),
};

/** What a search was asked for, as {@link SearchState.asked} has it. */
export function askedOf(graph: { readonly config: object; readonly edgeCount: number }, options: object): string {
  return JSON.stringify({ edgeCount: graph.edgeCount, graph: graph.config, ...options });
}

/**
 * Checks that a state is of the same search.
 *
 * @throws AutocircuitError `bad-input` naming what differs
 */
export function requireSameSearch(state: SearchState, algorithm: string, asked: string): void {
  if (state.algorithm !== algorithm) throw unfit(`it is of ${state.algorithm}, this is ${algorithm}`);
  if (state.asked === asked) return;
  const [before, now] = [entries(state.asked), entries(asked)];
  const other = [...new Set([...before.keys(), ...now.keys()])].filter((key) => before.get(key) !== now.get(key));
  if (other.length === 0) return;
  throw unfit(
    other.map((key) => `${key} was ${before.get(key) ?? "not set"}, now ${now.get(key) ?? "not set"}`).join("; "),
  );
}

/** What was asked for, by its parts. States and scores of before have another name of an algorithm here and there. */
function entries(asked: string): Map<string, string> {
  const own = (_key: string, value: unknown) => (typeof value === "string" ? ownName<string>(value) : value);
  try {
    return new Map(
      Object.entries(JSON.parse(asked, own) as object).map(([key, value]) => [key, JSON.stringify(value)]),
    );
  } catch {
    throw unfit("what it was asked for is not JSON");
  }
}

function unfit(reason: string): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `The search cannot go on from this state: ${reason}. Ask for the same again, or start anew without it.`,
  );
}

/** Numbers as text, for {@link SearchState.at}. */
export function packed(values: Float32Array | Float64Array | Uint8Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

/** The numbers of {@link packed}. @throws AutocircuitError `bad-input` for another number of them */
export function unpacked<T extends Float32Array | Float64Array | Uint8Array>(
  text: unknown,
  Type: { new (buffer: ArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
  count?: number,
): T {
  const bytes = Uint8Array.from(Buffer.from(typeof text === "string" ? text : "", "base64"));
  const fits = bytes.length % Type.BYTES_PER_ELEMENT === 0;
  if (!fits || (count !== undefined && bytes.length !== count * Type.BYTES_PER_ELEMENT))
    throw unfit("its numbers are damaged");
  return new Type(bytes.buffer);
}

/** A count in a state, at most `most`. @throws AutocircuitError `bad-input` where it is none */
export function countIn(value: unknown, most: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
  throw unfit("its numbers are damaged");
}
