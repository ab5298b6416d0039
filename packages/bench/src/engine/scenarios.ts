import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import { acdc, edgeAttribution } from "@autocircuit/discovery";
import { type Ablation, synchronize, type Tensor, type TransformerOptions } from "@autocircuit/native";
import { randomModel, randomPrompts } from "./random-model.ts";
import { RandomValues } from "./random-values.ts";
import type { ModelSpec, SuiteSpec } from "./specs.ts";

/** Threshold of the ACDC run. */
const TAU = 1e-3;

/** Something the engine does, ready to be run again and again. */
export interface Scenario {
  name: string;
  /** The scenario with a plain forward pass of the same model. */
  plain: string;
  /** How many results one run gives: ACDC decides on many edges, and its time is reported per edge. */
  per: number;
  /** Repeats that are enough for something this long. */
  atMost?: number;
  run: () => Promise<void>;
}

/** The scenarios' names; `plain-acdc` is what the ACDC run is compared with. */
export function scenarioNames(spec: SuiteSpec): string[] {
  const patched = spec.edgeCounts.flatMap((count) => [`patched-edge-${count}`, `patched-tree-${count}`]);
  return ["plain", "sources", ...patched, "edge-attribution", "plain-acdc", "acdc-per-edge"];
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
  const acdcNames = wanted.filter((name) => name.includes("acdc"));
  const forwardNames = wanted.filter((name) => !acdcNames.includes(name));
  return [
    ...(forwardNames.length > 0 ? await forwardScenarios(spec.forward, forwardNames, how) : []),
    ...(acdcNames.length > 0 ? acdcScenarios(spec.acdc, acdcNames, how) : []),
  ];
}

async function forwardScenarios(
  spec: ModelSpec,
  names: readonly string[],
  how: TransformerOptions,
): Promise<Scenario[]> {
  const model = randomModel(spec, 1, how);
  const prompts = randomPrompts(spec);
  const { clean, corrupt } = prompts.batches[0]!;
  const ablation = names.some((name) => name.startsWith("patched"))
    ? await model.ablations(corrupt, "resample")
    : undefined;
  const runs: Record<string, () => Promise<void>> = {
    plain: () => finished(model.forward(clean)),
    sources: () => finished(model.sources(clean)),
    "edge-attribution": () => attribution(model, prompts),
  };
  return names.map((name) => ({
    name,
    plain: "plain",
    per: 1,
    run: runs[name] ?? patched(model, clean, ablation!, name),
  }));
}

function acdcScenarios(spec: ModelSpec, names: readonly string[], how: TransformerOptions): Scenario[] {
  const model = randomModel(spec, 3, how);
  const prompts = randomPrompts(spec, 4);
  const { clean } = prompts.batches[0]!;
  const scenarios: Scenario[] = [
    { name: "plain-acdc", plain: "plain-acdc", per: 1, run: () => finished(model.forward(clean)) },
    {
      name: "acdc-per-edge",
      plain: "plain-acdc",
      per: model.graph.edgeCount,
      atMost: 2,
      run: async () => void (await acdc(model, prompts, { taus: [TAU] })),
    },
  ];
  return scenarios.filter(({ name }) => names.includes(name));
}

/** A forward pass with N random edges patched, or with all but N. */
function patched(model: PatchableModel, tokens: Tensor, using_: Ablation, name: string): () => Promise<void> {
  const tree = name.includes("tree");
  const count = Number(name.slice(name.lastIndexOf("-") + 1));
  const mask = new Float32Array(model.graph.edgeCount).fill(tree ? 1 : 0);
  for (const edge of new RandomValues(count).distinct(count, mask.length)) mask[edge] = tree ? 0 : 1;
  return () => finished(model.forward(tokens, { ablate: mask, using: using_ }));
}

async function attribution(model: PatchableModel, prompts: PromptLoader): Promise<void> {
  await edgeAttribution(model, prompts);
}

async function finished(output: Promise<Tensor>): Promise<void> {
  using _ = await output;
  await synchronize();
}
