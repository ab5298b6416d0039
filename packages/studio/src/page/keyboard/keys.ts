import { fitView, toggleFullScreen } from "../graph/graph-tools.tsx";
import type { GraphView } from "../graph/graph-view.ts";
import { type Direction, neighbour } from "../graph/neighbours.ts";
import { pin } from "../graph/pointer.ts";
import { isDark } from "../state/dark.ts";
import type { Studio } from "../state/studio.ts";

/** Every key of the page, as the help lists them. */
export const keyList: readonly (readonly [keys: string, what: string])[] = [
  ["Arrows", "in the graph: go to the next node"],
  [
    "Enter",
    "in the graph: ablate what the chosen node writes (of the last, what it reads; of a group, its own edges too), or restore it",
  ],
  ["Shift Arrows", "in the graph: move the view"],
  ["Arrows Home End", "in a pattern of attention: go from cell to cell, to the ends of a row"],
  ["/", "search nodes and edges"],
  ["g", "go to the graph"],
  ["1 … 5", "open a panel"],
  ["[ ]", "a smaller, a larger circuit"],
  ["j k", "next, previous prompt"],
  ["p", "pin the chosen node"],
  ["o", "draw the chosen node's group as one node, or its nodes again"],
  ["c", "restore all that is ablated"],
  ["+ − 0", "zoom in, zoom out, fit"],
  ["f", "full screen"],
  ["t", "light or dark"],
  ["Ctrl Z, Ctrl Shift Z", "undo, redo"],
  ["Escape", "leave the search, let go of the chosen node"],
  ["?", "this list"],
];

const arrows: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/** Listens to the keyboard. @returns what stops it */
export function listenToKeys(studio: Studio, view: () => GraphView | null): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || studio.dialog.value !== null) return;
    const target = event.target as HTMLElement;
    const writes = target.matches("input, textarea, select, [contenteditable]");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !writesText(target)) {
      event.preventDefault();
      if (event.shiftKey) studio.history.redo();
      else studio.history.undo();
      return;
    }
    if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.id === "graph" && inGraph(studio, view(), event)) {
      event.preventDefault();
      return;
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(studio, view());
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}

function writesText(target: HTMLElement): boolean {
  return target.matches("textarea, input[type=text], input[type=search], input[type=number]");
}

function inGraph(studio: Studio, view: GraphView | null, event: KeyboardEvent): boolean {
  const direction = arrows[event.key];
  if (direction && event.shiftKey) {
    const by = { up: [0, 60], down: [0, -60], left: [60, 0], right: [-60, 0] }[direction] as [number, number];
    view?.pan(...by);
    return true;
  }
  if (direction) {
    const scene = studio.scene.value;
    const now = studio.selected.value;
    studio.selected.value = now === null ? 0 : neighbour(scene, now, direction);
    studio.marked.value = null;
    view?.reveal(studio.selected.value);
    return true;
  }
  if ((event.key === "Enter" || event.key === " ") && studio.selected.value !== null) {
    studio.toggle(studio.edgesOfNode(studio.selected.value));
    return true;
  }
  return false;
}

type Action = (studio: Studio, view: GraphView | null) => void;

const toPrompt =
  (by: number): Action =>
  (studio) => {
    const { prompt } = studio.state;
    const { count } = studio.session.prompts;
    const next = (typeof prompt === "number" ? prompt : -Math.max(0, by)) + by;
    if (next >= 0 && next < count) studio.change({ prompt: next }, "prompt");
  };

const resize =
  (factor: number): Action =>
  (studio) => {
    const set = studio.scoreSets.find(studio.state.scores);
    if (!set) return;
    const now = studio.state.size ?? set.size;
    const next = factor > 1 ? Math.max(now + 1, Math.round(now * factor)) : Math.min(now - 1, Math.round(now * factor));
    studio.change({ size: Math.max(0, Math.min(set.size, next)), threshold: null }, "size");
  };

const open =
  (tab: Studio["tab"]["value"]): Action =>
  (studio) => {
    studio.tab.value = tab;
    // At once: a frame later the next key may have moved the focus on.
    document.getElementById(`tab-${tab}`)?.focus();
  };

const actions: Readonly<Record<string, Action>> = {
  "/": () => document.getElementById("search")?.focus(),
  g: () => document.getElementById("graph")?.focus(),
  "?": (studio) => {
    studio.dialog.value = "keys";
  },
  "1": open("run"),
  "2": open("edges"),
  "3": open("prompts"),
  "4": open("discover"),
  "5": open("keep"),
  "[": resize(0.8),
  "]": resize(1.25),
  j: toPrompt(1),
  k: toPrompt(-1),
  p: (studio) => {
    if (studio.selected.value !== null) pin(studio, studio.selected.value);
  },
  o: (studio) => {
    const group = studio.selected.value === null ? -1 : studio.groupOfNode(studio.selected.value);
    if (group >= 0) studio.toggleFold(group);
  },
  c: (studio) => studio.change({ ablated: [] }),
  "+": (_, view) => view?.zoom(1.3),
  "=": (_, view) => view?.zoom(1.3),
  "-": (_, view) => view?.zoom(1 / 1.3),
  "0": (_, view) => fitView(view),
  f: () => toggleFullScreen(document.querySelector(".graph")),
  t: (studio) => studio.history.adjust({ dark: !isDark(studio.state.dark) }),
  Escape: (studio) => {
    studio.selected.value = null;
    studio.marked.value = null;
  },
};
