import { type Graph, type SrcNode, writtenBy } from "@autocircuit/core";

/** What an integer program is to find. */
export interface ExactProgram {
  readonly graph: Graph;
  /** What is maximised, one number an edge. */
  readonly weights: ArrayLike<number>;
  /** Most edges. */
  readonly most: number;
  /** Of these edges at least so many are chosen, and at least this share of all that are chosen is of them. */
  readonly among: { readonly edges: readonly number[]; readonly least: number; readonly share: number };
  /** Whether there is still time to write it. */
  readonly timeLeft: () => boolean;
}

/**
 * The selection as an integer program in CPLEX's LP format. Variables: `e7` whether edge 7 is chosen, `n3` whether source 3 is used.
 *
 * maximise the sum of weights, at most `most` edges; an edge's source is used, and so is what its destination belongs to; `Resid Start` is
 * used; a used head or MLP has a chosen edge in and a chosen edge out; `Resid Start` one out and `Resid End` one in.
 *
 * @returns undefined where time ended first
 */
export function exactProgram({ graph, weights, most, among, timeLeft }: ExactProgram): string | undefined {
  const writes = writtenBy(graph);
  const into = new Map<SrcNode, number[]>(graph.sources.map((node) => [node, []]));
  const outOf = new Map<SrcNode, number[]>(graph.sources.map((node) => [node, []]));
  const toEnd: number[] = [];
  const rows: string[] = [];
  for (const { index, src, dest } of graph.edges()) {
    if (!timeLeft()) return undefined;
    outOf.get(src)!.push(index);
    rows.push(`e${index} - n${src.index} <= 0`);
    const nodes = writes(dest);
    if (dest.kind === "end") toEnd.push(index);
    else rows.push(`e${index}${nodes.map((node) => ` - n${node.index}`).join("")} <= 0`);
    for (const node of nodes) into.get(node)!.push(index);
  }
  const sum = (edges: readonly number[]) => edges.map((edge) => `e${edge}`).join(" + ");
  for (const node of graph.sources) {
    if (outOf.get(node)!.length > 0) rows.push(`${sum(outOf.get(node)!)} - n${node.index} >= 0`);
    else rows.push(`n${node.index} = 0`);
    if (node.kind === "start") rows.push(`n${node.index} = 1`);
    else rows.push(`${sum(into.get(node)!)} - n${node.index} >= 0`);
  }
  rows.push(`${sum(toEnd)} >= 1`);
  const all = Array.from({ length: graph.edgeCount }, (_, edge) => edge);
  rows.push(`${sum(all)} <= ${most}`);
  rows.push(...amongRows(among, all));
  const objective = all.map(
    (edge) => `${weights[edge]! < 0 ? "-" : "+"} ${decimal(Math.abs(weights[edge]!))} e${edge}`,
  );
  const names = [...all.map((edge) => `e${edge}`), ...graph.sources.map(({ index }) => `n${index}`)];
  return [
    "Maximize",
    lines(` obj: ${objective.join(" ")}`),
    "Subject To",
    ...rows.map((row, i) => lines(` c${i}: ${row}`)),
    "Binary",
    lines(` ${names.join(" ")}`),
    "End",
  ].join("\n");
}

/** Chosen of them >= share x chosen of all, as (1 - share) x chosen of them - share x chosen of the others >= 0. */
function amongRows({ edges, least, share }: ExactProgram["among"], all: readonly number[]): string[] {
  const rows: string[] = [];
  if (least > 0) rows.push(`${edges.map((edge) => `e${edge}`).join(" + ")} >= ${least}`);
  const among = new Set(edges);
  const terms = all.flatMap((edge) => {
    const factor = among.has(edge) ? 1 - share : -share;
    return factor === 0 ? [] : [`${factor < 0 ? "-" : "+"} ${decimal(Math.abs(factor))} e${edge}`];
  });
  if (share > 0 && terms.length > 0) rows.push(`${terms.join(" ")} >= 0`);
  return rows;
}

/** A number without an exponent's capital or a locale: what LP files hold. */
function decimal(value: number): string {
  return String(value);
}

/** Readers of the format take no lines of arbitrary length. */
function lines(text: string): string {
  return text.replace(/(.{200,400}?) (?=[+\-en])/g, "$1\n ");
}
