import type { PatchableModel, PromptLoader } from "@autocircuit/core";
import { acdc, edgeAttribution } from "@autocircuit/discovery";
import { synchronize, type Tensor } from "@autocircuit/native";
import { type Cost, measured } from "../measured.ts";
import type { Case } from "./case.ts";

/** A run's numbers: logits, or scores. */
export type Numbers = Float32Array;

/** Something of a case that this project runs, again and again. */
export interface OwnRun {
  run: () => Promise<Cost>;
  /** The numbers of the last run. */
  numbers: () => Promise<Numbers>;
}

/** Makes what a case asks for; ablations are made before, as for the others. */
export async function ownRun(model: PatchableModel, prompts: PromptLoader, asked: Case): Promise<OwnRun> {
  const { clean, corrupt } = prompts.batches[0]!;
  switch (asked.what) {
    case "plain":
      return logitsRun(() => model.forward(clean));
    case "plain-all-positions":
      return logitsRun(() => model.forward(clean, { sliced: false }));
    case "patched": {
      const ablation = await model.ablations(corrupt, "resample");
      const mask = new Float32Array(asked.edgeCount);
      for (const edge of asked.patched) mask[edge] = 1;
      return logitsRun(() => model.forward(clean, { ablate: mask, ablation }));
    }
    case "edge-attribution":
      return scoresRun(async () => (await edgeAttribution(model, prompts)).values, 1);
    case "acdc":
      return scoresRun(async () => (await acdc(model, prompts, { taus: [asked.tau] })).values, asked.edgeCount);
  }
}

function logitsRun(forward: () => Promise<Tensor>): OwnRun {
  let last: Tensor | undefined;
  return {
    run: async () => {
      last?.dispose();
      const { result, cost } = await measured(async () => {
        const logits = await forward();
        await synchronize();
        return logits;
      });
      last = result;
      return cost;
    },
    numbers: async () => Float32Array.from(await last!.data(), Number),
  };
}

/** @param per how many results a run gives: its cost is reported for one */
function scoresRun(run: () => Promise<Float32Array>, per: number): OwnRun {
  let last: Float32Array | undefined;
  return {
    run: async () => {
      const { result, cost } = await measured(run);
      last = result;
      return { ...cost, seconds: cost.seconds / per, cpuSeconds: cost.cpuSeconds / per };
    },
    numbers: async () => last!,
  };
}
