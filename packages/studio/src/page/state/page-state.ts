import type { PageState, Session } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import { counted } from "../ui/numbers.ts";

/** A state that came from outside, and what of it the session does not have, in words. */
export interface ReadState {
  state: PageState;
  left: readonly string[];
}

/** Where a page begins: the known circuit, else the newest scores at a size that can be looked at, else the whole graph. */
export function firstState(session: Session): PageState {
  const sets = session.scoreSets;
  const known = sets.find((set) => set.isKnownCircuit);
  const chosen = sets.findLast((set) => !set.isKnownCircuit) ?? known ?? null;
  return {
    version: 1,
    scores: chosen?.id ?? null,
    // Scores are looked at against what is known, if anything is.
    overlay: chosen && known && chosen !== known ? known.id : null,
    size: chosen === null ? null : firstSize(chosen),
    threshold: null,
    ablated: [],
    add: [],
    remove: [],
    ablation: session.defaultAblation,
    patch: session.patchTypes.includes("tree") ? "tree" : session.patchTypes[0]!,
    prompt: 0,
    pinned: [],
    groups: [],
    notes: {},
    view: null,
    dark: null,
  };
}

/** The size a score set is first shown at: a circuit's own, else some two hundred edges. */
export function firstSize(set: { kind: "scores" | "circuit"; size: number }): number {
  return set.kind === "circuit" ? set.size : Math.min(set.size, 200);
}

/**
 * Reads a state that comes from outside: an address, a file, another page. What the session does not have is left out and told.
 *
 * @throws Error where it is no state of this version
 */
export function readState(value: unknown, session: Session): ReadState {
  if (!isRecord(value) || value.version !== 1)
    throw new Error("This is no state of the studio, or one of another version.");
  const first = firstState(session);
  const left: string[] = [];
  const edges = (name: "ablated" | "add" | "remove") => {
    const list = value[name];
    if (list === undefined) return [];
    if (!Array.isArray(list)) throw new Error(`\`${name}\` must be a list of edges.`);
    const good = list.filter((edge) => Number.isInteger(edge) && edge >= 0 && edge < session.graph.edgeCount);
    if (good.length < list.length)
      left.push(`${counted(list.length - good.length, "edge")} in \`${name}\` that this graph does not have`);
    return [...new Set(good as number[])].sort((a, b) => a - b);
  };
  const scoreSet = (name: "scores" | "overlay") => {
    const id = value[name];
    if (id === null || id === undefined) return null;
    if (session.scoreSets.some((set) => set.id === id)) return id as string;
    left.push(`the score set ${JSON.stringify(id)}, which the server does not have`);
    return null;
  };
  const oneOf = <T extends string>(name: "ablation" | "patch", choices: readonly T[], otherwise: T): T => {
    if (choices.includes(value[name] as T)) return value[name] as T;
    left.push(`\`${name}\``);
    return otherwise;
  };
  const whole = (name: "size") => {
    const number = value[name];
    if (!Number.isInteger(number)) return null;
    const fitting = Math.min(session.graph.edgeCount, Math.max(0, number as number));
    if (fitting !== number) left.push(`the size ${number}, of which ${fitting} is left`);
    return fitting;
  };
  const state: PageState = {
    version: 1,
    scores: scoreSet("scores"),
    overlay: scoreSet("overlay"),
    size: whole("size"),
    threshold: typeof value.threshold === "number" && Number.isFinite(value.threshold) ? value.threshold : null,
    ablated: edges("ablated"),
    add: edges("add"),
    remove: edges("remove"),
    ablation: oneOf("ablation", session.ablations, first.ablation),
    patch: oneOf("patch", session.patchTypes, first.patch),
    prompt: readPrompt(value.prompt, session, left),
    pinned: strings(value.pinned),
    groups: readGroups(value.groups),
    notes: readNotes(value.notes),
    view: readView(value.view),
    dark: typeof value.dark === "boolean" ? value.dark : null,
  };
  return { state, left };
}

/** What to say of a state that was opened without some of it; null where it has everything. */
export function openedWithout(left: readonly string[]): string | null {
  return left.length > 0 ? `Opened without ${left.join("; ")}.` : null;
}

/** What to say of an address that holds no state. */
export function unreadable(error: unknown): string {
  return `The state in the address could not be read: ${messageOf(error)}`;
}

function readPrompt(value: unknown, { prompts }: Session, left: string[]): PageState["prompt"] {
  if (Number.isInteger(value)) {
    const index = Math.min(Math.max(0, value as number), Math.max(0, prompts.count - 1));
    // A page without prompts begins at the first all the same.
    if (index !== value && value !== 0)
      left.push(`prompt ${(value as number) + 1}, of which there are ${prompts.count}`);
    return index;
  }
  if (isRecord(value) && typeof value.clean === "string" && typeof value.corrupt === "string") {
    return { clean: value.clean.slice(0, 100_000), corrupt: value.corrupt.slice(0, 100_000) };
  }
  return 0;
}

function readGroups(value: unknown): PageState["groups"] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((group) => isRecord(group) && typeof group.name === "string")
    .map((group) => ({
      name: String(group.name).slice(0, 200),
      nodes: strings(group.nodes),
      folded: group.folded === true,
    }));
}

function readNotes(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const notes = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(notes.map(([name, note]) => [name.slice(0, 200), note.slice(0, 10_000)]));
}

function readView(value: unknown): PageState["view"] {
  if (!isRecord(value)) return null;
  const { x, y, zoom } = value;
  const finite = [x, y, zoom].every((number) => typeof number === "number" && Number.isFinite(number));
  return finite && (zoom as number) > 0 ? { x: x as number, y: y as number, zoom: zoom as number } : null;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string").map((item) => item.slice(0, 200)) : [];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
