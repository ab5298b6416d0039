import { expect, it } from "vitest";
import { algorithmAliases, algorithmNamed, algorithmNames } from "./algorithm-named.ts";
import { algorithms } from "./algorithms.ts";
import { resolvedAlgorithms } from "./experiment/experiment-algorithm.ts";
import { algorithmAsked } from "./find-circuit/compatible-options.ts";
import { spanAlgorithmNamed, spanAlgorithmNames } from "./spans/span-options.ts";

it("an algorithm is found by its name and by others of it", () => {
  for (const name of Object.keys(algorithms)) expect(algorithmNamed(name)).toBe(name);
  expect(algorithmNamed("eap")).toBe("edge-attribution");
  for (const name of ["", "eapp", "toString", "constructor"]) expect(algorithmNamed(name)).toBeUndefined();
});

it("no other name is one of its own", () => {
  expect(new Set(algorithmNames).size).toBe(algorithmNames.length);
  for (const alias of Object.keys(algorithmAliases)) expect(algorithms).not.toHaveProperty(alias);
});

it("findCircuit and experiments understand them, and keep the name that results have", () => {
  expect(algorithmAsked({ algorithm: "eap" })).toBe("edge-attribution");
  for (const asked of ["eap", { algorithm: "eap" }] as const)
    expect(resolvedAlgorithms([asked])[0]).toMatchObject({
      key: "edge-attribution",
      options: { algorithm: "edge-attribution" },
    });
  expect(() => resolvedAlgorithms(["eapp"])).toThrow(/Did you mean/);
});

it("over spans too, by either name", () => {
  for (const name of spanAlgorithmNames) expect(spanAlgorithmNamed(name)).toBe(name);
  expect(spanAlgorithmNamed("edge-attribution")).toBe("eap");
  for (const name of ["acdc", "none"]) expect(spanAlgorithmNamed(name)).toBeUndefined();
});
