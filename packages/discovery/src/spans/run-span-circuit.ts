import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  coreKinds,
  overPrompts,
  type PatchableModel,
  type PromptPair,
  requireSameGraph,
} from "@autocircuit/core";
import { scope, Tensor } from "@autocircuit/native";
import { cutHeads } from "./cut-heads.ts";
import { equalLengths } from "./equal-lengths.ts";
import { PromptSpans, promptPairs } from "./prompt-spans.ts";
import { SpanCircuit } from "./span-circuit.ts";
import { requireFittingSpans } from "./span-edges.ts";

/** Options of {@link runSpanCircuit}. */
export interface RunSpanCircuitOptions {
  /** What everything outside the circuit takes. Default `"resample"`; means over the data set need prompts of one length. */
  readonly ablation?: AblationType | undefined;
  /** Prompts that are run together, at most. Default 16. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const check = signature(
  "runSpanCircuit",
  {
    model: coreKinds.patchableModel,
    prompts: promptPairs,
    spans: kind.instance(PromptSpans, "PromptSpans"),
    circuit: kind.instance(SpanCircuit, "a SpanCircuit"),
  },
  {
    ablation: coreKinds.ablationName,
    batchSize: kind.count,
    signal: kind.signal,
  } satisfies KindsOf<RunSpanCircuitOptions>,
);

/**
 * The clean prompts with every edge ablated at the tokens of the spans in which it is not in the circuit, and heads that attend with the ablated
 * query, key or value where a crossing edge is not.
 *
 * Cost: a forward for the ablation and one for the circuit; where crossing edges are cut one more, and one for each block that loses some.
 *
 * @returns the logits of each prompt over the output slice, `[(positions,) vocabulary]`; the caller disposes them
 * @throws AutocircuitError `bad-input` for spans of other prompts, a circuit of another graph or of other spans, and means over a data set
 */
export async function runSpanCircuit(
  model: PatchableModel,
  prompts: readonly PromptPair[],
  spans: PromptSpans,
  circuit: SpanCircuit,
  options: RunSpanCircuitOptions = {},
): Promise<Tensor[]> {
  check({ model, prompts, spans, circuit }, options);
  const { ablation: type = "resample", batchSize = 16, signal } = options;
  requireFittingSpans(model.graph, prompts, spans, { ablation: type });
  requireSameGraph(circuit.graph, model.graph, "The circuit is");
  if (circuit.spans.join("\n") !== spans.names.join("\n"))
    throw new AutocircuitError("bad-input", "The circuit is of other spans than those given.");
  return scope(async () => {
    const logits: Tensor[] = [];
    for (const group of equalLengths(model, prompts, batchSize)) {
      const { edgeCount } = group.model.graph;
      const rows = group.places.map((place) => circuit.complement(group.model.graph, spans.ofTokens[place]!));
      for await (const { fold } of overPrompts(group.model, group.prompts, { ablation: type, signal })) {
        const found = await fold(async (before: readonly Tensor[] = [], { slice, start, ablation }) => {
          const own = rows.slice(start, start + slice.size);
          const mask = Tensor.stack(own.map((row) => Tensor.from(row, { shape: [edgeCount] })));
          const tokens = group.places.slice(start, start + slice.size).map((place) => spans.ofTokens[place]!);
          const replace = await cutHeads(group.model, slice.clean, { circuit, tokens, mask, ablation, signal });
          const of = await group.model.forward(slice.clean, {
            ablate: mask,
            ablation,
            signal,
            ...(replace.length > 0 && { replace }),
          });
          return [...before, ...own.map((_, row) => of.select(0, row).clone())];
        });
        for (const [row, own] of found.entries()) logits[group.places[row]!] = own;
      }
    }
    return logits;
  });
}
