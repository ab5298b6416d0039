import type { CaseFolder } from "../find-cases.ts";
import type { Recorder } from "../recorder.ts";
import { checkEapIgFeature } from "./check-eapig.ts";

/** Checks one feature of a case, in all its graphs. */
export async function checkNext({ path, feature }: CaseFolder, recorder: Recorder): Promise<void> {
  if (feature === "eapig") await checkEapIgFeature(path, recorder);
}
