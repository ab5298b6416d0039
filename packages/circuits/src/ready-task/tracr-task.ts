import { USUAL_SEED } from "@autocircuit/base";
import { defineTask, type OutputSlice } from "@autocircuit/core";
import { transformerFromWeights } from "@autocircuit/models";
import {
  type CompiledModel,
  compileLibraryProgram,
  type LibraryProgramName,
  transformerLensConfig,
} from "@autocircuit/tracr";
import { datasetsCommand, type GeneratedPrompts, type RawTokenPrompt } from "../prompts/prompt-file.ts";
import { circuitNamed } from "./circuit-named.ts";
import { givenPrompts } from "./given-prompts.ts";
import { OWN_PAD_ID } from "./own-prompts.ts";
import { checkPromptOptions, checkTaskOptions, type KnownCircuit, type ReadyTask } from "./ready-task.ts";
import { requireReadyTaskOptions } from "./ready-task-problem.ts";

/** What makes a task of a compiled program. */
export interface TracrTaskSpec {
  /** Such as `tracr-reverse`. */
  name: string;
  description: string;
  program: LibraryProgramName;
  /** Options of the compiler, where the program's usual ones do not do. */
  compile?: { maxSeqLen?: number };
  circuits: (compiled: () => CompiledModel) => Readonly<Record<string, KnownCircuit>>;
  prompts: (compiled: () => CompiledModel, options: { seed: number }) => RawTokenPrompt[];
  outputSlice: OutputSlice;
  /** Prompts a batch, and batches to train and to test with; together they use every prompt. */
  batchSize: number;
  batchCount: { train: number; test: number };
}

/** A ready-made task of a compiled program. The program is compiled when first needed, which takes milliseconds. */
export function tracrTask(spec: TracrTaskSpec): ReadyTask<RawTokenPrompt> {
  const { name, description, outputSlice, batchSize, batchCount } = spec;
  let made: CompiledModel | undefined;
  const compiled = () => (made ??= compileLibraryProgram(spec.program, spec.compile));
  const circuits = spec.circuits(compiled);
  const prompts = (options: { seed?: number } = {}): GeneratedPrompts<RawTokenPrompt> => {
    checkPromptOptions(options);
    const { seed = USUAL_SEED } = options;
    return {
      task: name,
      description: `${description}; token ids, answers as output ids (or numbers where the output is a number)`,
      command: datasetsCommand(seed),
      seed,
      prompts: spec.prompts(compiled, { seed }),
    };
  };
  const labels = () => ["BOS", ...Array.from({ length: compiled().settings.maxSeqLen }, (_, i) => String(i + 1))];
  return {
    ...{ name, key: name, description, circuits },
    compiled: true,
    prompts,
    tokenText: (id, of) => {
      const { input, output } = compiled();
      const word = of === "input" ? input.tokens[id] : output.values[id];
      return word === undefined ? undefined : String(word);
    },
    get tokenLabels() {
      return labels();
    },
    load: async (options = {}) => {
      checkTaskOptions(options);
      requireReadyTaskOptions({ name, compiled: true }, options);
      const {
        byToken = false,
        knownCircuit: asked,
        ablation,
        positions,
        prompts: own,
        seed = USUAL_SEED,
        device,
        dtype,
        tf32,
        signal,
      } = options;
      const { circuit } = circuitNamed({ name, circuits }, { knownCircuit: asked, ablation })!;
      const model = compiled();
      const { dVocab: vocabulary, dVocabOut: outputVocabulary } = model.config;
      const answers = model.output.encoding === "numerical" ? "numbers" : "tokens";
      const fitting = { vocabulary, outputVocabulary, answers, padId: OWN_PAD_ID, oneLength: true } as const;
      const { left, ...taken } = own
        ? await givenPrompts(own, { batchSize, batchCount }, options.skipUnfit ? fitting : undefined)
        : { left: [], prompts: prompts({ seed }), batchSize, batchCount, tokenLabels: labels() };
      return defineTask({
        key: name,
        name: description,
        ...{ ...taken, byToken },
        ...{ device, dtype, tf32 },
        model: (how) => transformerFromWeights({ ...transformerLensConfig(model) }, model.weights, how),
        ...{ answers, outputSlice, seed },
        notes: () => left,
        knownEdges: (target, context) => circuit.edges(target, { ...context, ...(positions && { positions }) }),
      }).load(signal && { signal });
    },
  };
}
