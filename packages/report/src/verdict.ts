import { formatShare } from "@autocircuit/base";
import type { KnownComparison } from "./compare.ts";
import { formatCount, plural } from "./format.ts";
import type { CircuitReport, FaithfulShare, KeptShare } from "./types.ts";

/**
 * The answer in one sentence: what the circuit keeps, if it was looked for or its size chosen by that, and on how many answers or prompts; where there is a known circuit,
 * whether it was found exactly, or how many edges are missed and extra.
 */
export function verdict(report: CircuitReport, comparison: KnownComparison): string {
  const { circuit } = comparison.counts;
  const edgeCount = report.graph.edgeCount;
  const share = report.kept ? keptAnswers(report.kept) : report.faithful && keptDifference(report.faithful);
  const keeps = share && `eeps ${share} with `;
  if (comparison.compared) {
    const found = comparedVerdict(comparison);
    return keeps ? `${found}; k${keeps}${plural(report.circuit.length, "edge")}` : found;
  }
  if (keeps) return `K${keeps}${formatCount(circuit)} of ${plural(edgeCount, "edge")}`;
  const inside = report.crossing ? ` and ${plural(report.crossing.length, "crossing edge")} inside heads` : "";
  return `Found a circuit of ${plural(circuit, "edge")} of ${formatCount(edgeCount)} in the graph${inside}`;
}

function comparedVerdict({ counts, exact }: KnownComparison): string {
  const { found, missed, extra } = counts;
  const known = found + missed;
  if (exact) return `Found exactly: ${all(known)}, and no other`;
  const parts = [found === known ? `Found ${all(known)}` : `Found ${found} of ${known} known edges`];
  if (missed > 0) parts.push(`${formatCount(missed)} missed`);
  parts.push(extra > 0 ? `${formatCount(extra)} extra` : "none extra");
  return parts.join(", ");
}

/** "99.2 % of 256 answers", or of the first of them where not all were looked at. 100 % means all. */
function keptAnswers({ answers, keptCount, promptCount, loaded }: KeptShare): string {
  const share = formatShare(keptCount / answers);
  return promptCount === undefined || loaded === undefined || promptCount >= loaded
    ? `${share} of ${plural(answers, "answer")}`
    : `${share} of the first ${plural(answers, "answer")}, not yet looked at on all ${formatCount(loaded)} prompts,`;
}

/** "92.2 % of the logit difference (86.6 % on 64 prompts that it was not chosen on)"; undefined where the full model has none. */
function keptDifference({ keptShare, promptCount, heldOut }: FaithfulShare): string | undefined {
  if (keptShare === null) return undefined;
  const chosen = `${formatShare(keptShare)} of the logit difference on ${plural(promptCount, "prompt")}`;
  if (heldOut === null || heldOut.keptShare === null) return chosen;
  return `${chosen}, ${formatShare(heldOut.keptShare)} on ${formatCount(heldOut.promptCount)} others,`;
}

function all(n: number): string {
  if (n === 0) return "the known circuit, which is empty";
  return n === 1 ? "the one known edge" : `all ${formatCount(n)} known edges`;
}

/** The token at a position: number and label, "0: BOS"; the number alone where there is no label or it is the same. */
export function tokenName(report: CircuitReport, token: number): string {
  const raw = report.tokenLabels?.[token];
  // Tokens of a text often begin with a space, and some are nothing else.
  const label = raw === undefined ? undefined : raw.replace(/\r?\n/g, "↵").trim() || "␣";
  return label === undefined || label === String(token) ? String(token) : `${token}: ${label}`;
}
