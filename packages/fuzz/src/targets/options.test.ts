import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AutocircuitError, signatures } from "@autocircuit/base";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { publicCalls } from "../inputs/public-calls.ts";
import { runChunk } from "../run-chunk.ts";
import options from "./options.ts";

/** Calls a public function with one argument or option changed; gives its error. */
async function errorOf(name: string, change: { takes?: object; options?: unknown }): Promise<AutocircuitError> {
  const { takes, options, call } = publicCalls[name]!;
  const given = typeof change.options === "object" ? { ...options, ...change.options } : (change.options ?? options);
  try {
    await call({ ...takes, ...change.takes }, given);
  } catch (error) {
    return error as AutocircuitError;
  }
  throw new Error(`${name} took it`);
}

describe("what callers without types get wrong", () => {
  const tensor = Tensor.zeros([1]);
  it.each([
    ["a name that is not one", "acdc", { options: { ablation: "resampel" } }, /`ablation`.*Did you mean resample/],
    ["an option that is not one", "maskGradient", { options: { step: 3 } }, /no option `step`.*Did you mean steps/],
    ["a number where a list is due", "acdc", { options: { taus: 0.1 } }, /acdc: `taus` must be a list/],
    [
      "a tensor where an ablation is due",
      "PatchableModel.forward",
      { options: { ablate: [0], ablation: tensor } },
      /`ablation` must be an Ablation.*but it is a Tensor/,
    ],
    [
      "padding beyond the length",
      "Tokens",
      { options: { padding: [0, 3] } },
      /`padding` leaves nothing of row 1: 3 padded positions of 3/,
    ],
    [
      "padding of another number of rows",
      "Tokens",
      { options: { padding: [0] } },
      /`padding` has 1 entries for 2 rows/,
    ],
    [
      "padding apart from the tokens",
      "PatchableModel.run",
      { takes: { request: { padding: [0, 1] } } },
      /`padding` belongs to the tokens: give `new Tokens\(ids, \{ padding \}\)`/,
    ],
    [
      "a list where one edge is due",
      "Graph.index",
      { takes: { edge: {} } },
      /Graph.index: `edge` must be .*but it is an object/,
    ],
    ["no options where some are due", "runCircuits", { options: 5 }, /runCircuits: `options` must be an object/],
    [
      "a number as text",
      "subnetworkProbing",
      { options: { epochs: "20" } },
      /`epochs` must be a whole number.*the text "20"/,
    ],
    [
      "what is no model",
      "edgeAttribution",
      { takes: { model: null } },
      /edgeAttribution: `model` must be a PatchableModel/,
    ],
    [
      "what is no signal",
      "fewestEdges",
      { options: { signal: new AbortController() } },
      /`signal` must be an AbortSignal.*an AbortController/,
    ],
    ["a type that is none", "loadModel", { options: { dtype: "float23" } }, /`dtype`.*Did you mean float32/],
  ])("%s", async (_, name, change, message) => {
    const error = await errorOf(name, change);
    expect(error.name).toBe("AutocircuitError");
    expect(error.message).toMatch(message);
  });
});

it("every signature in the sources is among those that are tried", () => {
  const root = fileURLToPath(new URL("../../../..", import.meta.url));
  const folders = ["native/lib", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/src`)];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => readFileSync(join(root, folder, file), "utf8")),
  );
  const named = files.flatMap((text) => Array.from(text.matchAll(/= signature\(\s*"([^"]+)"/g), ([, name]) => name!));
  expect(named.length).toBeGreaterThan(70);
  const names = [...new Set(named)].sort();
  expect([...signatures().keys()].sort()).toEqual(names);
  expect(Object.keys(publicCalls).sort()).toEqual(names);
});

it("2,000 wrong values: each is refused by the name of what was wrong", async () => {
  for (let seed = 0; seed < 8; seed++) {
    const { failure } = await runChunk(options, seed, 250, () => undefined);
    expect(failure).toBeUndefined();
  }
});
