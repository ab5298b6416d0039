import { expect, it } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { algorithmNamed, algorithmNames } from "./algorithm-named.ts";
import { algorithms } from "./algorithms.ts";
import { meanOfMethods } from "./attribution/mean-of-methods.ts";
import { nodeScores } from "./attribution/node-scores.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { resolvedAlgorithms } from "./experiment/experiment-algorithm.ts";
import { algorithmAsked } from "./find-circuit/compatible-options.ts";
import { algorithmAliases } from "./own-names.ts";
import { noCrossing } from "./spans/crossing-algorithm.ts";
import { PromptSpans } from "./spans/prompt-spans.ts";
import { crossingScores } from "./spans/score-crossings.ts";
import { spanScores } from "./spans/score-spans.ts";
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
  expect(spanAlgorithmNamed("eap")).toBe("edge-attribution");
  for (const name of ["acdc", "none"]) expect(spanAlgorithmNamed(name)).toBeUndefined();
});

it("the scores of nodes, of spans and of several methods understand them, and what is kept says the algorithm's own name", async () => {
  const { model, prompts } = randomTask({ seed: 3 });
  const named = { algorithm: "edge-attribution" } as const;
  expect((await edgeAttribution(model, prompts)).info).toMatchObject(named);
  expect(await nodeScores(model, prompts, { algorithm: "eap" })).toEqual(await nodeScores(model, prompts, named));
  const mean = await meanOfMethods(model, prompts, { algorithms: ["eap", "relp"] });
  expect(mean.info.options).toMatchObject({ algorithms: ["edge-attribution", "relp"] });
  expect(mean.values).toEqual(
    (await meanOfMethods(model, prompts, { algorithms: ["edge-attribution", "relp"] })).values,
  );
  await expect(meanOfMethods(model, prompts, { algorithms: ["eap", "edge-attribution"] })).rejects.toThrow(
    /named twice/,
  );
  const pairs = prompts.prompts;
  const spans = new PromptSpans(
    pairs,
    pairs.map(({ clean }) => ({ first: [0, 2] as const, second: [2, clean.length] as const })),
  );
  expect(noCrossing(model, "eap")).toBeNull();
  for (const scoresOf of [spanScores, crossingScores]) {
    const [own, other] = [
      await scoresOf(model, pairs, spans, named),
      await scoresOf(model, pairs, spans, { algorithm: "eap" }),
    ];
    expect(other.values).toEqual(own.values);
    expect(other.info).toEqual(own.info);
    expect(own.info.options).toMatchObject(named);
  }
});
