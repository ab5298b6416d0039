/** What a graph shows: boxes at places, and edges from box to box. Of a transformer, or of another tool's graph. */
export interface Scene {
  nodes: readonly SceneNode[];
  /** Of each edge: the node it leaves and the one it enters, by number, and where under that node it ends, in world units from its middle. */
  from: Uint32Array;
  to: Uint32Array;
  port: Int8Array;
  /** Nodes that stand for a group of nodes. */
  folded: ReadonlySet<number>;
  /** From one row to the next. */
  rowHeight: number;
  /** From one column to the next. */
  columnWidth: number;
  /** Captions along the left, for each row of nodes, and along the bottom, for each column. */
  rows: readonly { label: string; y: number }[];
  columns: readonly Column[];
  /** Everything lies in here. */
  bounds: { left: number; top: number; right: number; bottom: number };
  edgeName(edge: number): string;
}

export interface Column {
  label: string;
  x: number;
  width: number;
  /** Whether the label is the first prompt's token, where other prompts have others. */
  varying?: boolean;
}

/** What `*` behind the caption of a column means; null where none has it. */
export function varyingRemark({ columns }: Pick<Scene, "columns">): string | null {
  const any = columns.some(({ varying }) => varying);
  return any ? "*: the first prompt's token; other prompts have others at that position" : null;
}

export interface SceneNode {
  /** Unique: the library's name, with the position in brackets in a graph by token. */
  name: string;
  /** What is written into its box. */
  label: string;
  kind: "end" | "head" | "mlp" | "latents" | "stream" | "keys" | "group";
  /** Its middle; up is negative. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Names of the sources and destinations it stands for. */
  parts: readonly string[];
  /** Where its inputs end, if there are several. */
  ports: readonly { x: number; label: string }[];
}

/** Width of a column of heads, sizes of a head's box, and from one of its inputs to the next, in world units. */
export const cell = { width: 46, node: 36, nodeHeight: 20, port: 11 } as const;

/** So far up and to the right of a group's box a second one is seen behind it. */
export const behind = 2.5;
