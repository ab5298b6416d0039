import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { coreKinds, scoredEdges } from "@autocircuit/core";
import type { ReportScoredEdge } from "@autocircuit/report";
import type { FoundCircuit } from "../find-circuit/find-circuit.ts";
import type { FoundStability, SureEdge } from "./found-stability.ts";

/** What {@link foundStability} gives, or null. */
export const stabilityOrNull = kind.orNull(
  kind.having("what foundStability gives", "promptCount", "points", "size", "edges"),
);

const check = signature("reportEdges", {
  found: kind.shape("a found circuit", { circuit: coreKinds.circuit, scores: coreKinds.pruneScores }),
  stability: kind.optional(stabilityOrNull),
});

/**
 * The edges of a circuit that was found, as `scoredEdges` gives them, with how sure each score is where that is known: what `reportOf` and
 * `discover --json` say of them.
 *
 * @param stability as `foundStability` gives it for this circuit
 * @throws AutocircuitError `bad-input` for the stability of another circuit
 * @example
 * const plan = stabilityPlan(task, { algorithm: "eap", size: 20 });
 * const found = await findCircuit(task, plan.find);
 * const [strongest] = reportEdges(found, await foundStability(task, found, plan));
 * console.log(strongest?.edge, strongest?.interval);
 */
export function reportEdges(
  found: Pick<FoundCircuit, "circuit" | "scores">,
  stability?: FoundStability | null,
): ReportScoredEdge[] {
  check({ found, stability });
  const { circuit, scores } = found;
  const edges = scoredEdges(circuit, scores);
  if (!stability) return edges;
  const sure = new Map<number, SureEdge>(stability.edges.map((one) => [one.edge, one]));
  return edges.map((edge) => {
    const known = sure.get(circuit.graph.index(edge.edge, edge.token));
    if (known) return { ...edge, interval: known.interval, frequency: known.frequency };
    throw new AutocircuitError(
      "bad-input",
      `\`stability\` is of another circuit: it says nothing of ${edge.edge}. Give what foundStability says of this one.`,
    );
  });
}
