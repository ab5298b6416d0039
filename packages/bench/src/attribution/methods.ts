import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import {
  ceap,
  cleanCorrupted,
  cutEffects,
  eapGp,
  eapIgActivations,
  eapIgInputs,
  edgeAttribution,
  edgePruning,
  informationFlowRoutes,
  maskGradient,
  meanOfMethods,
  relp,
  subnetworkProbing,
  ugs,
} from "@autocircuit/discovery";
import { RandomValues } from "../engine/random-values.ts";
import type { Passes } from "./floor.ts";

/** Steps of the methods that integrate. */
const STEPS = 5;
/** Epochs of what is trained: enough that what is made once counts little. */
const EPOCHS = 4;
/** Edges whose exact effect is measured: of all of them it takes hours. */
const CUTS = 64;

/** A method of attribution, and what no program that computes it can do without. */
export interface AttributionRun {
  readonly name: string;
  /** Results that one run gives; the cost is told for one. */
  readonly per: number;
  /** Timed at most so often, without a warm-up. */
  readonly atMost?: number;
  readonly floor: Passes;
  readonly run: (model: PatchableModel, prompts: PromptLoader) => Promise<unknown>;
}

/** Reads and drops the scores of each prompt. */
const onPrompt = () => undefined;

/** All methods, cheapest first. `blocks` of the model decide how many points integration over activations has. */
export function attributionRuns(blocks: number): AttributionRun[] {
  // A run with gradients also gives the outputs of its own point: the clean or ablated run need not be made again.
  const once: Passes = { forwards: 2, backwards: 1, contractions: 1 };
  const integrated: Passes = { forwards: STEPS + 1, backwards: STEPS, contractions: STEPS };
  const points = 2 * blocks + 1;
  // Masks between 0 and 1: every row is built of all its sources, forwards and for the gradients of these.
  const masked: Passes = { forwards: 1, backwards: 1, contractions: 3 };
  const epoch = (name: string, run: AttributionRun["run"]): AttributionRun => ({
    ...{ name: `${name}, an epoch`, per: EPOCHS, atMost: 2, floor: masked, run },
  });
  const method = (name: string, floor: Passes, run: AttributionRun["run"]): AttributionRun => ({
    ...{ name, per: 1, floor, run },
  });
  return [
    method("information-flow-routes", { forwards: 1, backwards: 0, contractions: 0 }, (model, prompts) =>
      informationFlowRoutes(model, prompts),
    ),
    method("edge-attribution", once, (model, prompts) => edgeAttribution(model, prompts)),
    method("edge-attribution, per prompt", once, (model, prompts) => edgeAttribution(model, prompts, { onPrompt })),
    method("relp", once, (model, prompts) => relp(model, prompts)),
    method("clean-corrupted", { forwards: 2, backwards: 2, contractions: 2 }, (model, prompts) =>
      cleanCorrupted(model, prompts),
    ),
    method(`eap-ig-inputs, ${STEPS} steps`, integrated, (model, prompts) =>
      eapIgInputs(model, prompts, { steps: STEPS }),
    ),
    method(`eap-ig-inputs, ${STEPS} steps, per prompt`, integrated, (model, prompts) =>
      eapIgInputs(model, prompts, { steps: STEPS, onPrompt }),
    ),
    method(`ceap, ${STEPS} steps`, integrated, (model, prompts) => ceap(model, prompts, { steps: STEPS })),
    method(
      `mask-gradient, ${STEPS} steps`,
      { forwards: STEPS + 1, backwards: STEPS, contractions: 2 * STEPS },
      (model, prompts) => maskGradient(model, prompts, { steps: STEPS }),
    ),
    method(
      `mean-of-methods, edge-attribution and eap-ig-inputs`,
      { forwards: STEPS + 3, backwards: STEPS + 1, contractions: STEPS + 1 },
      (model, prompts) => meanOfMethods(model, prompts, { algorithms: ["edge-attribution", "eap-ig-inputs"] }),
    ),
    // Each step has a gradient of the loss and one of the distance, of one forward; the corrupt run gives values and where to go.
    method(
      `eap-gp, ${STEPS} steps`,
      { forwards: STEPS + 1, backwards: 2 * STEPS, contractions: STEPS },
      (model, prompts) => eapGp(model, prompts, { steps: STEPS }),
    ),
    {
      ...method(
        `eap-ig-activations, ${STEPS} steps`,
        { forwards: points * STEPS, backwards: points * STEPS, contractions: STEPS },
        (model, prompts) => eapIgActivations(model, prompts, { steps: STEPS }),
      ),
      atMost: 1,
    },
    epoch("subnetwork-probing", (model, prompts) => subnetworkProbing(model, prompts, { epochs: EPOCHS })),
    epoch("edge-pruning", (model, prompts) => edgePruning(model, prompts, { epochs: EPOCHS })),
    // One mask for each prompt; by default a step has sixty.
    epoch("ugs, a mask a prompt", (model, prompts) => ugs(model, prompts, { epochs: EPOCHS, samples: 1 })),
    {
      // The blocks behind the edge; before it all is as in the clean run.
      ...method("exact, an edge", { forwards: 0.5, backwards: 0, contractions: 0 }, (model, prompts) => {
        const cuts = new RandomValues(7).distinct(CUTS, model.graph.edgeCount);
        return cutEffects(model, prompts, { cuts: Array.from(cuts, (edge) => [edge]) });
      }),
      per: CUTS,
      atMost: 2,
    },
  ];
}
