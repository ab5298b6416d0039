import { signature } from "@autocircuit/base";
import { rankOfScores } from "../scores/ranked-edges.ts";
import { type DiscoveredCircuit, discoveredCircuit } from "./discovered-circuit.ts";
import { plainOptions } from "./plain-options.ts";

const check = signature("optionsFoundWith", { found: discoveredCircuit });

/**
 * What a circuit was found with, as reports and files have it: options of the algorithm, those left out too where its scores say them, the
 * ablation, the seed, and how edges were chosen where that is not by the size of their scores alone. Plain data.
 *
 * @example
 * const found = await findCircuit(task, { algorithm: "edge-attribution", size: 20, select: "greedy" });
 * const { ablation, seed, select, size } = optionsFoundWith(found);
 */
export function optionsFoundWith(found: DiscoveredCircuit): Record<string, unknown> {
  check({ found });
  const { circuit, scores, options, ablation, seed, select = "top", size = circuit.size, keep } = found;
  const rank = rankOfScores(scores);
  const usual = keep !== undefined || (select === "top" && rank === "absolute");
  return {
    // What was left out has the algorithm's defaults, which lie beside its scores; the search for few edges has several algorithms'.
    ...(keep === undefined && plainOptions(scores.info.options ?? {})),
    ...plainOptions(options),
    ...{ ablation, byToken: circuit.graph.seqLen !== null, seed },
    ...(!usual && { select, ...(rank !== "absolute" && { rank }), size }),
  };
}
