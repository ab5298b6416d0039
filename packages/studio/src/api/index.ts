export type * from "./attribution-graph.ts";
export type * from "./export.ts";
export type * from "./files.ts";
export type * from "./graph.ts";
export type * from "./prompts.ts";
export type * from "./runs.ts";
export type * from "./session.ts";
