import {
  Circuit,
  circuitsOfSizes,
  defaultCircuitSizes,
  Graph,
  type GraphConfig,
  type GraphOptions,
  PruneScores,
} from "@autocircuit/core";
import fc, { type Arbitrary } from "fast-check";
import { hostileValue } from "../inputs/hostile.ts";
import { target, WrongResult } from "../target.ts";

/** Mostly what fits, sometimes anything. */
function mostly<T>(usual: Arbitrary<T>): Arbitrary<unknown> {
  return fc.oneof({ arbitrary: usual, weight: 12 }, { arbitrary: hostileValue, weight: 1 });
}

const small = fc.integer({ min: 1, max: 4 });
const flag = fc.boolean();
const name = fc.oneof(
  fc.constantFrom("A0.0", "A1.0", "A0.1.Q", "MLP 0", "Resid Start", "Resid End", "A0.0.Q", "A0.0.V", "MLP 1", "A9.9"),
  fc.string({ maxLength: 8 }),
);
const edge = fc.oneof(
  fc.tuple(name, name).map(([from, to]) => `${from}->${to}`),
  fc.tuple(name, name, fc.integer({ min: -1, max: 4 })).map(([from, to, token]) => [`${from}->${to}`, token]),
  fc.nat(60),
  hostileValue,
);

export default target({
  name: "graphs",
  about: "graphs of any configuration, edges by any name, circuits of any size",
  input: fc.record({
    config: mostly(
      fc.record(
        {
          layers: mostly(small),
          heads: mostly(small),
          kvHeads: mostly(small),
          attnOnly: mostly(flag),
          parallel: mostly(flag),
        },
        { requiredKeys: ["layers", "heads", "attnOnly", "parallel"] },
      ),
    ),
    options: mostly(
      fc.record(
        { factorized: mostly(flag), separateQkv: mostly(flag), ungrouped: mostly(flag), seqLen: mostly(small) },
        { requiredKeys: [] },
      ),
    ),
    edges: fc.array(edge, { maxLength: 4 }),
    scores: fc.array(fc.oneof(fc.constantFrom(0, 1, -1, Number.POSITIVE_INFINITY), fc.float({ noNaN: true })), {
      minLength: 1,
      maxLength: 5,
    }),
    size: mostly(fc.nat(80)),
  }),
  run: ({ config, options, edges, scores, size }) => {
    const graph = Graph.of(config as GraphConfig, options as GraphOptions);
    const last = graph.edge(graph.edgeCount - 1);
    if (graph.index(last) !== graph.edgeCount - 1) throw new WrongResult(`${last} is not where it is`);
    const values = Float32Array.from({ length: graph.edgeCount }, (_, index) => scores[index % scores.length]!);
    const ranked = new PruneScores(graph, values);
    for (const { circuit } of circuitsOfSizes(ranked, defaultCircuitSizes(graph, ranked))) {
      if (circuit.size > graph.edgeCount) throw new WrongResult("more edges than there are");
    }
    const asked = ranked.circuit(size as number).size;
    if (asked < (size as number)) throw new WrongResult(`${size} edges asked for, ${asked} given`);
    for (const text of edges)
      if (typeof text === "string" && graph.has(text, graph.seqLen && 0)) graph.index(text, graph.seqLen && 0);
    Circuit.of(graph, edges as string[]);
  },
});
