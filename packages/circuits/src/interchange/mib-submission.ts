import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { Circuit, coreKinds, type PruneScores } from "@autocircuit/core";
import { requireEapIgGraph } from "./eap-ig-names.ts";
import { scoredCircuit } from "./scored-circuit.ts";
import { type EapIgFileOptions, formatEapIgCircuit } from "./write-eap-ig.ts";

/** The file of a submission to the Mechanistic Interpretability Benchmark's circuit track. */
export interface MibSubmission {
  /** From the folder that holds submissions: `ioi_gpt2/importances.json`. */
  readonly path: string;
  /** All edges with their scores, as EAP-IG writes a circuit of all of them. */
  readonly text: string;
}

/** Options of {@link mibSubmission}. */
export interface MibSubmissionOptions extends EapIgFileOptions {
  /** `TASK_MODEL`, as {@link mibName} makes it. */
  readonly name: string;
}

const checkName = signature("mibName", { task: kind.text, model: kind.text });
const checkProblem = signature("mibNameProblem", { name: kind.text });
const check = signature("mibSubmission", { scores: coreKinds.pruneScores }, {
  name: kind.required(kind.text),
  dModel: kind.whole,
} satisfies KindsOf<MibSubmissionOptions>);

/**
 * What the benchmark calls a submission, `TASK_MODEL`: characters that it has no place for, such as the slash of a model's name on the hub,
 * become hyphens.
 *
 * @example
 * mibName("ioi", "openai-community/gpt2"); // "ioi_openai-community-gpt2"
 */
export function mibName(task: string, model: string): string {
  checkName({ task, model });
  return [task, model].map((part) => part.replaceAll(/[^\w.-]/g, "-")).join("_");
}

/**
 * What is wrong with the name of a submission.
 *
 * @returns what it should be; undefined where all is well
 */
export function mibNameProblem(name: string): string | undefined {
  checkProblem({ name });
  return /^[\w.-]+_[\w.-]+$/.test(name) ? undefined : "the benchmark calls a submission TASK_MODEL, such as ioi_gpt2.";
}

/**
 * Scores as the Mechanistic Interpretability Benchmark's circuit track takes them (Mueller et al. 2025, arXiv:2504.13151): it makes its circuits
 * of the scores of all edges itself.
 *
 * @throws AutocircuitError `bad-input` for a name of another form, and for a graph the format cannot hold, one of grouped keys and values among them
 * @example
 * const { path, text } = mibSubmission(scores, { name: mibName("ioi", "gpt2"), dModel: 768 });
 */
export function mibSubmission(scores: PruneScores, options: MibSubmissionOptions): MibSubmission {
  check({ scores }, options);
  const { name, ...ofFile } = options;
  const problem = mibNameProblem(name);
  if (problem !== undefined) throw new AutocircuitError("bad-input", `\`name\` is ${JSON.stringify(name)}: ${problem}`);
  // The benchmark takes so many of the best edges, which are others where some are written several times.
  requireEapIgGraph(scores.graph);
  const all = Circuit.where(scores.graph, () => true);
  return { path: `${name}/importances.json`, text: formatEapIgCircuit(scoredCircuit(scores, all), ofFile) };
}
