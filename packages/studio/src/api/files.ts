import type { AblationType, PatchType } from "@autocircuit/core";

/**
 * What the page remembers: in its address (compressed), in the browser's history for undo and redo, and in a file
 * (`PUT` and `GET api/states/NAME`, where the server may write; `GET api/states` lists the names).
 */
export interface PageState {
  version: 1;
  scores: string | null;
  overlay: string | null;
  size: number | null;
  threshold: number | null;
  ablated: readonly number[];
  add: readonly number[];
  remove: readonly number[];
  ablation: AblationType;
  patch: PatchType;
  prompt: number | { clean: string; corrupt: string };
  pinned: readonly string[];
  /** Named groups of nodes; a folded one is drawn as one node. */
  groups: readonly { name: string; nodes: readonly string[]; folded: boolean }[];
  notes: Readonly<Record<string, string>>;
  view: { x: number; y: number; zoom: number } | null;
  dark: boolean | null;
}

/** Every refusal of the server: an error of the library with its code and text. */
export interface ErrorAnswer {
  code: string;
  message: string;
}
