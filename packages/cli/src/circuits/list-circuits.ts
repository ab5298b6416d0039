import { publishedCircuits } from "@autocircuit/circuits";
import type { Context } from "../context.ts";
import { table } from "../support/table.ts";
import { requireWritable, writeJson } from "../support/write-file.ts";
import type { CircuitsCommandOptions } from "./circuits-options.ts";

/** Prints the published circuits with their models and papers. */
export function listCircuits({ json }: Pick<CircuitsCommandOptions, "json">, { print }: Context): void {
  requireWritable(json);
  const list = Object.values(publishedCircuits).map(({ name, description, model, paper, words }) => ({
    name,
    description,
    model,
    paper,
    words,
  }));
  print(
    table(
      ["circuit", "of", "model", "words by token", "paper"],
      list.map(({ name, description, model, words, paper }) => [name, description, model, words.join(" "), paper]),
    ),
  );
  if (json) writeJson(json, { circuits: list });
}
