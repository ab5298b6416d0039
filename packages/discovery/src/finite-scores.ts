import { AutocircuitError } from "@autocircuit/base";
import type { Graph, PatchableModel, PromptBatch } from "@autocircuit/core";
import { scope, type Tensor } from "@autocircuit/native";

/** What {@link requireFiniteScores} says of scores that are none. */
export interface ScoresOrigin {
  readonly model: PatchableModel;
  /** The batch that was added last. */
  readonly batch: PromptBatch;
  /** What the numbers are, such as "gradient". */
  readonly what: string;
  /** The edge that a place of the tensor stands for; by default the edge of that number. */
  readonly edgeAt?: (place: number) => number;
}

/**
 * Checks that the scores so far are numbers, and waits until they are computed.
 *
 * @param scores stays the caller's
 * @throws AutocircuitError `not-finite` naming the first edge that has none, the prompts and the likely cause
 */
export async function requireFiniteScores(scores: Tensor, origin: ScoresOrigin): Promise<void> {
  if (Number.isFinite(await totalOf(scores, origin))) return;
  const values = Array.from(await scores.detach().data(), Number);
  const place = values.findIndex((value) => !Number.isFinite(value));
  if (place < 0) return;
  const { model, batch, what, edgeAt = (edge: number) => edge } = origin;
  const name = trainedName(model.graph, edgeAt(place));
  const dtype = model.computeDtype;
  const wider = dtype === "float64" ? "" : ` Compute in ${dtype === "float32" ? "float64" : "float32"}.`;
  throw new AutocircuitError(
    "not-finite",
    `The ${what} of ${name} is ${values[place]}, not a number, for ${promptsOf(batch)}. What leads to it goes beyond the range of ` +
      `${dtype}: check the weights and the ablation.${wider}`,
  );
}

/** What a place stands for where edges come first, and behind them whatever else is trained. */
export function trainedName(graph: Graph, place: number): string {
  const beside = place - graph.edgeCount;
  return beside < 0 ? `edge ${graph.edge(place)}` : `number ${beside} of what is trained beside the edges`;
}

/** The sum of scores; one that is no number tells that some are not. @throws what the engine says of its gradients, with their edge and prompts */
async function totalOf(scores: Tensor, { model, batch }: ScoresOrigin): Promise<number> {
  using sum = scope(() => scores.detach().sum());
  try {
    return await sum.item();
  } catch (error) {
    if (!(error instanceof AutocircuitError) || error.code !== "not-finite") throw error;
    // The engine knows edges by their numbers.
    const named = error.message.replace(/at edge (\d+)/, (_, edge) => `at edge ${model.graph.edge(Number(edge))}`);
    throw new AutocircuitError("not-finite", `For ${promptsOf(batch)}: ${named}`, { cause: error });
  }
}

function promptsOf({ index, size }: PromptBatch): string {
  return `prompts ${index * size} to ${(index + 1) * size - 1} (batch ${index})`;
}
