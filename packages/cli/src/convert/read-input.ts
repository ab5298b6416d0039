import { gitLfsPointer } from "@autocircuit/base";
import {
  type CircuitFormat,
  circuitOfScores,
  parsePythonJson,
  type SavedCircuit,
  type SavedCircuitOptions,
  type ScoredCircuit,
  savedCircuitOf,
  scoredCircuit,
} from "@autocircuit/circuits";
import {
  type Graph,
  type PromptFile,
  PruneScores,
  promptFormats,
  readAutocircuitPrompts,
  requireSameGraph,
  scoredCount,
  sortedMagnitudes,
} from "@autocircuit/core";
import { fileInFlags } from "../support/in-flags.ts";
import { synchronously } from "../support/interrupt.ts";
import { textOf } from "../support/text-of.ts";
import { UsageError } from "../support/usage-error.ts";

/** What a file holds, and in which format: of prompts of other tools the ending; and what to say of a circuit. */
export type Input =
  | { kind: "circuit"; format: CircuitFormat; circuit: ScoredCircuit; notes: readonly string[] }
  | { kind: "prompts"; format: string; prompts: PromptFile };

/**
 * Reads a circuit or prompts, in whichever format they are; the ending tells, and for .json the content.
 *
 * @param graph graph of the model the circuit should belong to
 * @param asked the edges in the circuit, for scores; all that have one by default
 * @throws UsageError for a file that is none of these; AutocircuitError with line, prompt or entry for a broken one
 */
export async function readInput(
  path: string,
  graph: Graph | undefined,
  asked: SavedCircuitOptions = {},
): Promise<Input> {
  const ending = /\.[^./\\]*$/.exec(path)?.[0].toLowerCase();
  if (ending === ".safetensors") {
    const scores = await scoresIn(path, graph);
    if (asked.size !== undefined) return circuitInput(circuitOfScores(scores, path, asked), undefined);
    const circuit = scores.circuit(scoredCount(sortedMagnitudes(scores.values)));
    return { kind: "circuit", format: "scores", circuit: scoredCircuit(scores, circuit), notes: [] };
  }
  return synchronously(() => inputOf(textOf(path), ending, path, graph));
}

/**
 * Scores of a model. Those that say which of its graphs they are of may be of any: what cannot be written is said, with what to do, where it is
 * written. Files of other tools do not say it.
 */
async function scoresIn(path: string, graph: Graph | undefined): Promise<PruneScores> {
  const scores = graph && (await PruneScores.load(path).catch(() => undefined));
  if (scores === undefined) return PruneScores.load(path, graph && { graph });
  const { seqLen, factorized, separateQkv, config } = scores.graph;
  const same = graph!.with({ seqLen, factorized, separateQkv, ungrouped: config.ungrouped });
  requireSameGraph(scores.graph, same, `${path} holds scores`, "this model's");
  return scores;
}

function inputOf(text: string, ending: string | undefined, path: string, graph: Graph | undefined): Input {
  const pointer = gitLfsPointer(text);
  if (pointer) throw new UsageError(`${path} holds neither a circuit nor prompts: ${pointer}.`);
  const format = promptFormats.find((known) => known.ending === ending);
  if (format) return { kind: "prompts", format: format.ending.slice(1), prompts: format.read(text, path) };
  if (ending === ".json") return inputOfJson(text, path, graph);
  const known = [".json", ...promptFormats.map(({ ending }) => ending)].join(", ");
  throw new UsageError(`${path}: the ending says nothing. Known are ${known} and .safetensors.`);
}

function inputOfJson(text: string, path: string, graph: Graph | undefined): Input {
  // Circuits of EAP-IG hold numbers as Python writes them, NaN and Infinity too; prompts never do.
  const json = parsePythonJson(text, path);
  const { prompts, circuit } = (json ?? {}) as { prompts?: unknown; circuit?: unknown };
  // What discover wrote says which prompts it was found with.
  if (prompts !== undefined && circuit === undefined)
    return { kind: "prompts", format: "autocircuit", prompts: readAutocircuitPrompts(text, path) };
  return circuitInput(savedCircuitOf(json, path), graph);
}

function circuitInput({ format, notes, scoredIn }: SavedCircuit, graph: Graph | undefined): Input {
  return { kind: "circuit", format, circuit: fileInFlags(() => scoredIn(graph)), notes };
}
