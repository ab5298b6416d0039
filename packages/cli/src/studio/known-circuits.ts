import { AutocircuitError } from "@autocircuit/base";
import { Circuit, type LoadedTask } from "@autocircuit/core";
import type { GivenSet } from "@autocircuit/studio";
import type { Subject } from "../discover/subject.ts";

/** The task's published and compiled circuits that fit the model; none for a model of another shape. */
export function knownCircuits({ circuits }: Subject, { model, train, knownEdges }: LoadedTask): GivenSet[] {
  if (knownEdges === null) return [];
  const { graph } = model;
  return Object.entries(circuits).flatMap(([name, { description, source, edges }]) => {
    try {
      const found = edges(graph, { wordIdxs: train.wordIdxs, seqStartIdx: train.seqStart });
      return [{ name, origin: `${description}; ${source}`, of: Circuit.of(graph, found), known: true }];
    } catch (error) {
      // By token a circuit may belong to prompts whose words lie at other positions.
      if (error instanceof AutocircuitError) return [];
      throw error;
    }
  });
}
