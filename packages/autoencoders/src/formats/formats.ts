import { circuitTracer } from "./circuit-tracer.ts";
import { dictionaryLearning } from "./dictionary-learning.ts";
import type { Format } from "./format.ts";
import { gemmaScope } from "./gemma-scope.ts";
import { gemmaScope2 } from "./gemma-scope-2.ts";
import { llamaScope, llamaScopeR1 } from "./llama-scope.ts";
import { openAi } from "./openai.ts";
import { saeLens } from "./saelens.ts";
import { sparsify } from "./sparsify.ts";

/** All that are read. No folder has the signs of two. */
export const formats: readonly Format[] = [
  saeLens,
  sparsify,
  gemmaScope,
  gemmaScope2,
  llamaScope,
  llamaScopeR1,
  circuitTracer,
  dictionaryLearning,
  openAi,
];
