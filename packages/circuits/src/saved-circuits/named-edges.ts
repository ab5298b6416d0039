import { AutocircuitError, shownValue } from "@autocircuit/base";
import { isObject, pythonNumber } from "../interchange/python-json.ts";

/** An edge as a file names it; without a position it stands for all of them. */
export interface NamedEdge {
  readonly name: string;
  readonly token: number | null;
  /** Undefined where the file gives none. */
  readonly score: number | undefined;
}

/**
 * The edges of parsed JSON: names, `[name, position]` or `{ edge, token }`, mixed as one likes. An object with `circuit` or `edges` (as discover
 * writes, or a conformance case) may stand for its list.
 *
 * @throws AutocircuitError `bad-file` naming the entry that is none of these or whose score is no number, and for a circuit over spans
 */
export function namedEdges(json: unknown, where: string): NamedEdge[] {
  const list = Array.isArray(json) ? json : listIn(json);
  if (isOverSpans(json, list))
    throw bad(
      `${where} is a circuit over spans, as \`findSpanCircuit\` finds it: it has an edge in some spans only, and its edges inside heads have ` +
        "no place in a graph without spans. The tests and whatever else runs a circuit are of circuits without spans: find one without spans.",
    );
  if (!list && isObject(json) && json.prompts !== undefined) throw bad(`${where} holds prompts, no circuit.`);
  if (!list)
    throw bad(
      `${where} is neither a list of edges nor another circuit (\`circuit\` or \`edges\`; EAP-IG's \`cfg\`, \`nodes\` and \`edges\`). ` +
        'Write ["A0.3->A1.2.Q", ...], [["A0.3->A1.2.Q", 4], ...] or [{"edge": ..., "token": ...}].',
    );
  return list.map((entry: unknown, i) => {
    const edge = namedEdge(entry);
    const score = isObject(entry) ? (entry.score ?? undefined) : undefined;
    if (edge && score !== undefined && edge.score === undefined)
      throw bad(`${where}, entry ${i}: its score ${shownValue(score)} is no number. Write one, or leave it out.`);
    if (edge) return edge;
    throw bad(
      `${where}, entry ${i}: ${JSON.stringify(entry)} is no edge. Write a name, [name, position] or {"edge": name, "token": position}.`,
    );
  });
}

function listIn(json: unknown): unknown[] | undefined {
  const { circuit, edges } = isObject(json) ? json : {};
  return [circuit, edges].find((list): list is unknown[] => Array.isArray(list));
}

/** Whether edges are those of single spans: without these they would stand for all positions, which is another circuit. */
function isOverSpans(json: unknown, list: readonly unknown[] = []): boolean {
  const { spans, crossing } = isObject(json) ? json : {};
  if (Array.isArray(spans) || Array.isArray(crossing)) return true;
  return list.some((entry) => isObject(entry) && "span" in entry);
}

function namedEdge(entry: unknown): NamedEdge | undefined {
  if (typeof entry === "string") return { name: entry, token: null, score: undefined };
  const [edge, token = null, score] = partsOf(entry);
  const position = token === null || (Number.isInteger(token) && Number(token) >= 0);
  if (typeof edge !== "string" || !position) return undefined;
  return { name: edge, token: token as number | null, score: pythonNumber(score) };
}

function partsOf(entry: unknown): [edge?: unknown, token?: unknown, score?: unknown] {
  if (Array.isArray(entry)) return entry.length <= 2 ? [entry[0], entry[1]] : [];
  return isObject(entry) ? [entry.edge, entry.token, entry.score] : [];
}

function bad(message: string): AutocircuitError {
  return new AutocircuitError("bad-file", message);
}
