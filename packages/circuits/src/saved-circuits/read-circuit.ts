import { AutocircuitError, kind, readText, signature } from "@autocircuit/base";
import { PruneScores } from "@autocircuit/core";
import { parsePythonJson } from "../interchange/python-json.ts";
import { isEapIgCircuit } from "../interchange/read-eap-ig.ts";
import { circuitByNames } from "./circuit-by-names.ts";
import { circuitOfScores, type SavedCircuitOptions, savedCircuitOptions } from "./circuit-of-scores.ts";
import { eapIgCircuit } from "./eap-ig-circuit.ts";
import type { SavedCircuit } from "./saved-circuit.ts";

const check = signature("readCircuit", { path: kind.text }, savedCircuitOptions);
const checkParsed = signature("savedCircuitOf", { where: kind.text });

/**
 * Reads a circuit, whatever wrote it: what `discover --json` wrote, scores (`.safetensors`, of which `size` edges are taken), the JSON of `convert`
 * and `autocircuit circuits`, EAP-IG's and MIB's, or a list of edges' names. It says what it was found with, so that a program can go on with it.
 *
 * @throws AutocircuitError `not-found`; `bad-file` for a file that is none of these, with the entry that is wrong; `bad-input` for scores without a size, and
 *   a size or rank where there is nothing to choose from
 * @example
 * const saved = await readCircuit("edges.json");
 * const { byToken, graphKind, seed, ablation } = saved;
 * await using task = await ownTask("models/gpt2", "names.json", { byToken, ...graphKind, seed });
 * const circuit = saved.circuitIn(task.model.graph);
 * const { verdicts } = await testCircuit(task.model, task.test, circuit, { ablation, tests: ["equivalence"] });
 * console.log(verdicts[0]!.text);
 */
export async function readCircuit(path: string, options: SavedCircuitOptions = {}): Promise<SavedCircuit> {
  check({ path }, options);
  if (/\.safetensors$/i.test(path)) return circuitOfScores(await PruneScores.load(path), path, options);
  const idle = (["size", "rank"] as const).find((name) => options[name] !== undefined);
  if (idle !== undefined)
    throw new AutocircuitError("bad-input", `\`${idle}\` is for saved scores; ${path} names the edges itself.`);
  return savedCircuitOf(parsePythonJson(await readText(path), path), path);
}

/**
 * {@link readCircuit} for JSON that was parsed already.
 *
 * @param where the file's name, for messages
 * @throws AutocircuitError `bad-file`
 * @example
 * const { edges } = savedCircuitOf({ circuit: [{ edge: "A0.0->Resid End", token: null }] }, "circuit.json");
 * edges; // [["A0.0->Resid End", null]]
 */
export function savedCircuitOf(json: unknown, where: string): SavedCircuit {
  checkParsed({ where });
  return isEapIgCircuit(json) ? eapIgCircuit(json, where) : circuitByNames(json, where);
}
