import { loadModel } from "@autocircuit/models";
import type { ComputeDType } from "@autocircuit/native";
import type { CaseFolder } from "../find-cases.ts";
import { narrowBound } from "../number-types.ts";
import type { Recorder } from "../recorder.ts";
import { checkAttribution } from "./check-attribution.ts";
import { checkAutoencoders } from "./check-autoencoders.ts";
import { checkCompleteness } from "./check-completeness.ts";
import { checkEapIgFeature } from "./check-eapig.ts";
import { checkKvCache } from "./check-kvcache.ts";
import { checkProbing } from "./check-probing.ts";
import { checkScoreSets } from "./check-scores.ts";
import { eachVariant, type FeatureVariant } from "./feature-case.ts";
import type { FeatureName } from "./feature-names.ts";

/** Features whose file has a graph for each variant. */
type OfGraphs = Exclude<FeatureName, "autoencoder" | "eapig">;

// biome-ignore lint/suspicious/noExplicitAny: each check says what its file holds
const FEATURES: Readonly<Record<OfGraphs, (variant: FeatureVariant<any>) => Promise<void>>> = {
  attribution: checkAttribution,
  completeness: checkCompleteness,
  kvcache: checkKvCache,
  probing: checkProbing,
  scores: checkScoreSets,
};

/** Checks one feature of a case, in all its graphs. */
export async function checkFeature(
  { path, feature }: CaseFolder,
  anyRecorder: Recorder,
  dtype?: ComputeDType,
): Promise<void> {
  if (feature === "eapig") return checkEapIgFeature(path, anyRecorder, dtype);
  // Latents have no half precision: the engine refuses them there.
  if (feature === "autoencoder" && narrowBound(dtype, 1) !== undefined) return;
  using model = await loadModel(path, { outputSlice: "last_seq", dtype });
  const recorder = anyRecorder.within(narrowBound(dtype, model.config.layers));
  if (feature === "autoencoder") return await checkAutoencoders(path, model, recorder);
  await eachVariant(path, feature!, model, recorder, FEATURES[feature as keyof typeof FEATURES]);
}
