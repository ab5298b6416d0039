export { type ChunkResult, type Failure, runChunk } from "./run-chunk.ts";
export { type Target, WrongResult } from "./target.ts";
export { targetNames, targetsNamed } from "./targets/index.ts";
