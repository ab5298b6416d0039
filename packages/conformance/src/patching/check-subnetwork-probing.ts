import { type SubnetworkProbingOptions, subnetworkProbing } from "@autocircuit/discovery";
import { checkScores } from "./score-checks.ts";
import { partsBelow, type Variant } from "./variant.ts";

/** What the reference's deterministic runs used. */
const SETTINGS = {
  epochs: 5,
  learningRate: 0.05,
  lambda: 0.5,
  initial: 0.5,
  ablation: "tokenwise-mean-corrupt",
} as const;

/** Adam divides by tiny gradients, which magnifies float32 noise. */
const OF_MAX = 2e-2;

/** Subnetwork probing with and without a sigmoid, for tree and edge patching. */
export async function checkSubnetworkProbing(variant: Variant): Promise<void> {
  const { name, model, graph, prompts, tensors, recorder } = variant;
  for (const mask of partsBelow(variant, "subnetwork_probing")) {
    for (const part of partsBelow(variant, `subnetwork_probing/${mask}`)) {
      const maskFunction: SubnetworkProbingOptions["maskFunction"] = mask === "None" ? "none" : "sigmoid";
      const scores = await subnetworkProbing(model, prompts, {
        ...SETTINGS,
        maskFunction,
        patch: part === "tree=True" ? "tree" : "edge",
      });
      const set = `subnetwork_probing/${mask}/${part}`;
      checkScores(graph, scores.values, tensors, `${name}/${set}`, recorder.section(set), {
        ofMax: OF_MAX,
        decided: true,
      });
    }
  }
}
