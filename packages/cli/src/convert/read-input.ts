import { gitLfsPointer } from "@autocircuit/base";
import {
  circuitFileOf,
  eapIgCircuitOf,
  isCircuitFile,
  isEapIgCircuit,
  parsePythonJson,
  type ScoredCircuit,
  scoredCircuit,
} from "@autocircuit/circuits";
import {
  type Graph,
  type PromptFile,
  PruneScores,
  promptFormats,
  readAutocircuitPrompts,
  scoredCount,
  sortedMagnitudes,
} from "@autocircuit/core";
import { type AskedEdges, circuitOfScores } from "../support/circuit-of-scores.ts";
import { synchronously } from "../support/interrupt.ts";
import { textOf } from "../support/text-of.ts";
import { UsageError } from "../support/usage-error.ts";

/** What a file holds, and in which format: of prompts of other tools the ending; and what to say of edges of scores that tie. */
export type Input =
  | { kind: "circuit"; format: "eap-ig" | "autocircuit" | "scores"; circuit: ScoredCircuit; ties?: string | undefined }
  | { kind: "prompts"; format: string; prompts: PromptFile };

/**
 * Reads a circuit or prompts, in whichever format they are; the ending tells, and for .json the content.
 *
 * @param graph graph of the model the circuit should belong to
 * @param asked the edges in the circuit, for scores; all that have one by default
 * @throws UsageError for a file that is none of these; AutocircuitError with line, prompt or entry for a broken one
 */
export async function readInput(path: string, graph: Graph | undefined, asked: AskedEdges = {}): Promise<Input> {
  const ending = /\.[^./\\]*$/.exec(path)?.[0].toLowerCase();
  if (ending === ".safetensors") {
    const scores = await PruneScores.load(path, graph && { graph });
    const { size, rank } = asked;
    const { circuit, ties } =
      size === undefined
        ? { circuit: scores.circuit(scoredCount(sortedMagnitudes(scores.values))) }
        : await circuitOfScores(scores, size, rank);
    return { kind: "circuit", format: "scores", circuit: scoredCircuit(scores, circuit), ties };
  }
  return synchronously(() => inputOf(textOf(path), ending, path, graph));
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
  const options = graph ? { graph } : {};
  if (isEapIgCircuit(json)) return { kind: "circuit", format: "eap-ig", circuit: eapIgCircuitOf(json, path, options) };
  if (isCircuitFile(json))
    return { kind: "circuit", format: "autocircuit", circuit: circuitFileOf(json, path, options) };
  const { prompts } = (json ?? {}) as { prompts?: unknown };
  if (prompts !== undefined)
    return { kind: "prompts", format: "autocircuit", prompts: readAutocircuitPrompts(text, path) };
  throw new UsageError(
    `${path} is neither a circuit (\`cfg\`, \`nodes\`, \`edges\`, or \`circuit\` and \`edges\`) nor prompts (\`prompts\`).`,
  );
}
