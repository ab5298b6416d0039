import { type PatchableModel, type PromptLoader, PruneScores, runCircuits, type Tokens } from "@autocircuit/core";
import { acdc, edgeAttribution, subnetworkProbing } from "@autocircuit/discovery";
import { type Ablation, setProducts, synchronize, type Tensor, type TransformerOptions } from "@autocircuit/native";
import { randomModel, randomPrompts } from "./random-model.ts";
import { RandomValues } from "./random-values.ts";
import type { ModelSpec, SuiteSpec } from "./specs.ts";

/** Threshold of the ACDC run. */
const TAU = 1e-3;

/** Epochs of the probing run; what is made once for all of them is in its time. */
const EPOCHS = 3;

/** Something the engine does, ready to be run again and again. */
export interface Scenario {
  name: string;
  /** The scenario with a plain forward pass of the same model. */
  plain: string;
  /** How many results one run gives: ACDC decides on many edges, and its time is reported per edge, that of probing per epoch. */
  per: number;
  /** Repeats that are enough for something this long. */
  atMost?: number;
  run: () => Promise<void>;
}

/** The plain pass of a model with all its products by LibTorch's library, where this project's own are quicker: what others' passes take. */
export const byLibrary = (plain: string): string => `${plain}-by-library`;

/** The scenarios' names; `plain-acdc` and `plain-small` are what the ACDC runs are compared with. */
export function scenarioNames(spec: SuiteSpec): string[] {
  const patched = spec.edgeCounts.flatMap((count) => [`patched-edge-${count}`, `patched-tree-${count}`]);
  const sizes = `${spec.circuitSizes.length}-tree-sizes`;
  const forward = [
    "plain",
    byLibrary("plain"),
    "sources",
    ...patched,
    "patched-by-token",
    sizes,
    "edge-attribution",
    "probing-epoch",
  ];
  const ofAcdc = (model: string) => [`plain-${model}`, byLibrary(`plain-${model}`)];
  return [...forward, ...ofAcdc("acdc"), "acdc-per-edge", ...ofAcdc("small"), "small-acdc-per-edge"];
}

/**
 * Builds models and prompts for some scenarios, and gives the scenarios.
 *
 * @param only names to build; what none of them needs is not made
 * @param how where and in what the models compute
 */
export async function makeScenarios(
  spec: SuiteSpec,
  only: readonly string[],
  how: TransformerOptions = {},
): Promise<Scenario[]> {
  const wanted = scenarioNames(spec).filter((name) => only.includes(name));
  const smallNames = wanted.filter((name) => name.includes("small"));
  const acdcNames = wanted.filter((name) => name.includes("acdc") && !smallNames.includes(name));
  const forwardNames = wanted.filter((name) => !acdcNames.includes(name) && !smallNames.includes(name));
  return [
    ...(forwardNames.length > 0 ? await forwardScenarios(spec, forwardNames, how) : []),
    ...(acdcNames.length > 0 ? acdcScenarios(spec.acdc, ["plain-acdc", "acdc-per-edge"], acdcNames, how) : []),
    ...(smallNames.length > 0
      ? acdcScenarios(spec.small, ["plain-small", "small-acdc-per-edge"], smallNames, how)
      : []),
  ];
}

async function forwardScenarios(
  { forward, circuitSizes }: SuiteSpec,
  names: readonly string[],
  how: TransformerOptions,
): Promise<Scenario[]> {
  const model = randomModel(forward, 1, how);
  const prompts = randomPrompts(forward);
  const { clean, corrupt } = prompts.batches[0]!;
  const ablation = names.some((name) => name.startsWith("patched"))
    ? await model.ablations(corrupt, "resample")
    : undefined;
  const runs: Record<string, () => Promise<void>> = {
    plain: () => finished(model.forward(clean)),
    [byLibrary("plain")]: () => plainByLibrary(model, clean),
    sources: () => finished(model.sourceOutputs(clean)),
    "patched-by-token": () => byToken(model, clean, ablation!, forward.seqLen),
    [`${circuitSizes.length}-tree-sizes`]: () => circuits(model, prompts, circuitSizes),
    "edge-attribution": () => attribution(model, prompts),
    "probing-epoch": () => probing(model, prompts),
  };
  return names.map((name) => ({
    name,
    plain: "plain",
    per: name === "probing-epoch" ? EPOCHS : 1,
    run: runs[name] ?? patched(model, clean, ablation!, name),
  }));
}

/** Plain passes and ACDC, by these names. */
function acdcScenarios(
  spec: ModelSpec,
  [plain, perEdge]: readonly [string, string],
  names: readonly string[],
  how: TransformerOptions,
): Scenario[] {
  const model = randomModel(spec, 3, how);
  const prompts = randomPrompts(spec, 4);
  const { clean } = prompts.batches[0]!;
  const scenarios: Scenario[] = [
    { name: plain, plain, per: 1, run: () => finished(model.forward(clean)) },
    { name: byLibrary(plain), plain, per: 1, run: () => plainByLibrary(model, clean) },
    {
      name: perEdge,
      plain,
      per: model.graph.edgeCount,
      atMost: 2,
      run: async () => void (await acdc(model, prompts, { taus: [TAU] })),
    },
  ];
  return scenarios.filter(({ name }) => names.includes(name));
}

async function plainByLibrary(model: PatchableModel, tokens: Tokens): Promise<void> {
  await setProducts("library");
  try {
    await finished(model.forward(tokens));
  } finally {
    await setProducts("auto");
  }
}

/** A forward pass with N random edges patched, or with all but N. */
function patched(model: PatchableModel, tokens: Tokens, ablation: Ablation, name: string): () => Promise<void> {
  const tree = name.includes("tree");
  const count = Number(name.slice(name.lastIndexOf("-") + 1));
  const mask = new Float32Array(model.graph.edgeCount).fill(tree ? 1 : 0);
  for (const edge of new RandomValues(count).distinct(count, mask.length)) mask[edge] = tree ? 0 : 1;
  return () => finished(model.forward(tokens, { ablate: mask, ablation }));
}

/** Every edge at every token half ablated, as in training a mask. */
async function byToken(model: PatchableModel, tokens: Tokens, ablation: Ablation, seqLen: number): Promise<void> {
  const perToken = model.withGraph({ byToken: true, seqLen });
  const ablate = new Float32Array(perToken.graph.edgeCount).fill(0.5);
  await finished(perToken.forward(tokens, { ablate, ablation }));
}

/** Circuits of all sizes from random scores, with the ablation they take. */
async function circuits(model: PatchableModel, prompts: PromptLoader, sizes: readonly number[]): Promise<void> {
  const scores = new PruneScores(model.graph, new RandomValues(5).normal(model.graph.edgeCount, 1));
  using _ = await runCircuits(model, prompts, { scores, sizes, patch: "tree" });
  await synchronize();
}

async function attribution(model: PatchableModel, prompts: PromptLoader): Promise<void> {
  await edgeAttribution(model, prompts);
}

/** Masks that are trained, other samples for every prompt. */
async function probing(model: PatchableModel, prompts: PromptLoader): Promise<void> {
  await subnetworkProbing(model, prompts, { epochs: EPOCHS, maskFunction: "hard-concrete" });
}

async function finished(output: Promise<Tensor>): Promise<void> {
  using _ = await output;
  await synchronize();
}
