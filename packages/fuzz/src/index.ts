export { type ChunkResult, type Failure, runChunk } from "./run-chunk.ts";
export { type Target, WrongResult } from "./target.ts";
export { findTarget, targetNames } from "./targets/index.ts";
