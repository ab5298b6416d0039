import { formatCircuitFile, formatEapIgCircuit, formatEapIgCsv, scoredCircuit } from "@autocircuit/circuits";
import { type Circuit, PruneScores } from "@autocircuit/core";
import { reportGraph } from "@autocircuit/discovery";
import { type CircuitReport, circuitSvg, pngOfSvg } from "@autocircuit/report";
import type { ExportFormat, ExportRequest } from "../../api/index.ts";
import { libraryCircuit } from "../model/chosen-circuit.ts";
import { chosenPair } from "../model/circuit-choice.ts";
import type { StudioSubject } from "../model/studio-subject.ts";
import { promptList } from "../prompts.ts";
import { fileName } from "../sets/file-name.ts";
import type { ScoreSets } from "../sets/score-sets.ts";

/** A file to be downloaded. */
export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string | Uint8Array;
}

const ENDINGS: Readonly<Record<ExportFormat, readonly [ending: string, type: string]>> = {
  autocircuit: [".json", "application/json"],
  "eap-ig": [".eap-ig.json", "application/json"],
  scores: [".safetensors", "application/octet-stream"],
  prompts: [".csv", "text/csv"],
  svg: [".svg", "image/svg+xml"],
  png: [".png", "image/png"],
};

/**
 * The circuit that was chosen, as a file.
 *
 * @throws AutocircuitError `bad-input` for a name that is none, a circuit there is not, or a graph or prompts that the format cannot hold
 */
export async function exportFile(
  subject: StudioSubject,
  sets: ScoreSets,
  request: ExportRequest,
): Promise<ExportedFile> {
  const name = fileName(request.name);
  const [ending, type] = ENDINGS[request.format];
  return { name: `${name}${ending}`, type, content: await contentOf(subject, sets, request) };
}

async function contentOf(
  subject: StudioSubject,
  sets: ScoreSets,
  request: ExportRequest,
): Promise<string | Uint8Array> {
  const { graph, config } = subject.model;
  const circuit = libraryCircuit(graph, chosenPair(sets, graph, request).patched);
  const { scores: id } = request.circuit;
  // Without scores an edge of the circuit counts 1.
  const scores = id === null ? new PruneScores(graph, circuit.mask()) : sets.get(id).scores;
  switch (request.format) {
    case "autocircuit":
      return formatCircuitFile(scoredCircuit(scores, circuit, request.name));
    case "eap-ig":
      return formatEapIgCircuit(scoredCircuit(scores, circuit, request.name), { dModel: config.dModel });
    case "scores":
      return scores.toBytes();
    case "prompts":
      return promptsCsv(subject);
    case "svg":
      return circuitSvg(reportOf(subject, scores, circuit, request.name));
    case "png":
      return pngOfSvg(circuitSvg(reportOf(subject, scores, circuit, request.name)), {
        theme: request.dark ? "dark" : "light",
      });
  }
}

function promptsCsv(subject: StudioSubject): string {
  const { prompts, promptCount } = subject.prompts;
  const { prompts: rows } = promptList(subject, 0, promptCount);
  return formatEapIgCsv({
    prompts: prompts.map(({ clean, corrupt, answers, wrongAnswers }, place) => ({
      clean: rows[place]?.text?.clean ?? clean,
      corrupt: rows[place]?.text?.corrupt ?? corrupt,
      ...{ answers, wrong_answers: wrongAnswers },
    })),
  });
}

/** What a picture of a circuit has to know. */
function reportOf(
  { model: { graph }, title, modelName, tokenLabels, varyingTokens }: StudioSubject,
  scores: PruneScores,
  circuit: Circuit,
  name: string,
): CircuitReport {
  return {
    title: name,
    task: title,
    model: modelName ?? undefined,
    algorithm: scores.info.algorithm ?? "",
    options: {},
    graph: reportGraph(graph),
    ...(graph.seqLen !== null && tokenLabels?.length === graph.seqLen && { tokenLabels, varyingTokens }),
    circuit: Array.from(circuit, ({ name: edge, token, index }) => ({ edge, token, score: scores.values[index]! })),
    ...{ notes: [], seconds: 0, peakMemoryBytes: 0, versions: {} },
  };
}
