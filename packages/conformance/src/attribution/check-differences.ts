import { edgeNameOfEapIg } from "@autocircuit/circuits";
import { Circuit } from "@autocircuit/core";
import { Ablation } from "@autocircuit/native";
import type { Recorder } from "../recorder.ts";
import type { AttributedCase } from "./attributed-case.ts";
import { differencesOf, fullDifferences, listOf } from "./differences.ts";
import { ablationOf } from "./reference-ablation.ts";

/** Checks the metric of every prompt for the full model and for circuits of the reference, everything outside ablated. */
export async function checkDifferences(
  found: AttributedCase<unknown>,
  expected: {
    selection: Record<string, string[]>;
    faithfulness: Record<string, number[]>;
    baseline: { clean: number[]; corrupt: number[] };
  },
  recorder: Recorder,
): Promise<void> {
  for (const side of ["clean", "corrupt"] as const)
    recorder.tensor(`baseline/${side}`, listOf(await fullDifferences(found, side)), listOf(expected.baseline[side]));
  for (const [name, wanted] of Object.entries(expected.faithfulness)) {
    const cut = name.lastIndexOf("/");
    const edges = expected.selection[name.slice(0, cut)]!;
    const circuit = Circuit.of(
      found.graph,
      edges.map((edge) => edgeNameOfEapIg(edge)!),
    );
    const ablation = await ablationOf(found, name);
    const values = await differencesOf(found, circuit, ablation ?? "resample");
    if (ablation instanceof Ablation) ablation.dispose();
    recorder.tensor(`faithfulness/${name}`, listOf(values), listOf(wanted));
  }
}
