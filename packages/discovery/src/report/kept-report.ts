import { formatShare } from "@autocircuit/base";
import type { Curve } from "@autocircuit/report";
import type { KeptCircuit } from "../find-circuit/keep-answers.ts";

/** What a report says about a circuit that was looked for by what it keeps. */
export function keptNotes(
  { answers, outputs, promptCount, loaded, from, starts, tries, complete, ended }: KeptCircuit,
  size: number,
  edgeCount: number,
): string[] {
  const judged = outputs === promptCount ? `${promptCount} prompts` : `${outputs} outputs of ${promptCount} prompts`;
  const few =
    promptCount < loaded
      ? [
          `The time was over before the answers to all ${loaded} prompts were looked at: ${size === edgeCount ? `nothing smaller than the whole graph was found to keep enough on the first ${promptCount}` : `the circuit is the beginning of the ranking that keeps enough on the first ${promptCount}`}.`,
        ]
      : [];
  const stood = ended
    ? ` when it was at ${ended.phase}, ${ended.done.toLocaleString("en-US")} of about ${ended.total.toLocaleString("en-US")} done`
    : "";
  const rest = starts.map(({ algorithm, prefix, size: left }) =>
    prefix === edgeCount && left === edgeCount && complete === false
      ? `${algorithm} was given up`
      : `${algorithm} ${prefix}, ${left < prefix || complete ? `${left} after elimination` : "and the time was over before elimination came to fewer"}`,
  );
  const further = tries > 0 ? `; ${tries} random change${tries === 1 ? "" : "s"} of the smallest led to ${size}` : "";
  return [
    ...few,
    `Answers: the full model puts an answer above all other tokens in ${answers} of ${judged}; kept are those that the circuit alone still gets right. ${complete ? "The score of an edge is the share of the answers that is lost without it." : `Scores are those of ${from}.`}`,
    `Edges by ranking, of the shortest beginning found that keeps enough: ${rest.join("; ") || `${from} ${size}`}${further}. The circuit comes from ${from}. ${complete ? "No single edge of it can be dropped; whether other edges would do with fewer is not proven." : `The search ended with its time${stood}: a smaller part of the circuit may keep enough.`}`,
  ];
}

/** The share of the answers kept by circuits of growing size, by ranking, and what the circuit found keeps. */
export function keptCurve({ starts, asked, keptShare }: KeptCircuit, size: number, edgeCount: number): Curve {
  const percent = (part: number) => 100 * part;
  const points = starts.flatMap(({ algorithm, curve }) =>
    curve.map((point) => ({ size: point.size, value: percent(point.keptShare), series: algorithm })),
  );
  return {
    metric: "answers kept",
    unit: "%",
    points: [...points, { size, value: percent(keptShare), series: "circuit found" }],
    baseline: { name: `${formatShare(asked)} asked for`, value: percent(asked) },
    edgeScale: edgeCount > 200 ? "log" : "linear",
  };
}
