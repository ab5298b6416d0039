import { Selector } from "../language/selector.ts";
import type { SOp } from "../language/sop.ts";
import { RaspError } from "../rasp-error.ts";
import { type Allocation, allocate } from "./allocate.ts";
import { assembleWeights, type ModelConfig, modelConfig } from "./assemble.ts";
import { buildBlocks } from "./blocks.ts";
import { directionLabel } from "./direction.ts";
import { type InputEncoder, inputEncoder, type OutputEncoder, outputEncoder } from "./encoders.ts";
import { type GraphNode, type ProgramGraph, programGraph } from "./graph.ts";
import { type CompileOptions, type Settings, settingsOf } from "./options.ts";
import { type ModelSpaces, modelSpaces } from "./residual.ts";
import { validateStatic } from "./validate-static.ts";
import { inferOutputs, type Output } from "./value-sets.ts";
import type { ModelWeights } from "./weights.ts";

/** A transformer that computes a RASP program, and how it came about. */
export interface CompiledModel {
  readonly program: SOp;
  readonly settings: Settings;
  readonly config: ModelConfig;
  /** Float64, TransformerLens names and shapes. */
  readonly weights: ModelWeights;
  /** What each residual dimension holds: `tokens:a`, `indices:2`, `map_3:1`, `one`, ... */
  readonly residualLabels: readonly string[];
  /** Residual dimensions of the result, in output order. */
  readonly outputDims: readonly number[];
  readonly input: InputEncoder;
  readonly output: OutputEncoder;
  /** The stages of the compilation, for inspection. */
  readonly stages: CompileStages;
}

/** Intermediate results of {@link compile}. */
export interface CompileStages {
  readonly graph: ProgramGraph;
  readonly outputs: ReadonlyMap<GraphNode, Output>;
  readonly spaces: ModelSpaces;
  readonly allocation: Allocation;
}

/**
 * Compiles a RASP program into the weights of a transformer.
 *
 * The construction is that of Lindner et al., "Tracr: Compiled Transformers as a Laboratory for Interpretability" (2023).
 *
 * @throws RaspError naming the expression, when the program is something no such transformer computes
 * @example
 * const program = aggregate(select(indices, indices, (key, query) => query === key + 1), tokens);
 * const model = compile(program, { vocab: ["a", "b", "c"], maxSeqLen: 5 });
 * apply(model, ["a", "b", "c"]).slice(1);   // ["a", "b"]; nothing precedes the first token, so its value is arbitrary
 */
export function compile(program: SOp, options: CompileOptions): CompiledModel {
  if (program instanceof Selector) {
    throw new RaspError(
      "unsupported",
      "a selector is no program; wrap it in aggregate(...) or selectorWidth(...)",
      "selector",
    );
  }
  const settings = settingsOf(options);
  const graph = programGraph(program);
  validateStatic(graph);
  const outputs = inferOutputs(graph, settings);
  const blocks = buildBlocks(graph, outputs, settings);
  const allocation = allocate(graph, blocks);
  const spaces = modelSpaces(blocks.values(), outputs.get(graph.root)!.basis, settings);
  const config = modelConfig(allocation, spaces, settings);
  return {
    program,
    settings,
    config,
    weights: assembleWeights(allocation, spaces, config, settings),
    residualLabels: spaces.residual.directions.map(directionLabel),
    outputDims: spaces.residual.indicesOf(spaces.output),
    input: inputEncoder(spaces.tokens, settings),
    output: outputEncoder(spaces.output),
    stages: { graph, outputs, spaces, allocation },
  };
}
